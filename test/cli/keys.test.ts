import { execFileSync } from "node:child_process";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Keys } from "../../src/cli/command.ts";
import { COMMAND_NAMES } from "../../src/cli/command-list.ts";
import { loadCommand } from "../../src/cli/load-command.ts";
import { openDuckDb } from "../../src/node/host/duckdb.ts";
import { programOnPath } from "../../src/node/host/program-on-path.ts";
import { emptyProject, type Project } from "../support/run-cli.ts";

const MODEL = `export default {
  name: "model", params: { clamp: 0 }, init: () => ({ x: 0 }), step: (s, rng) => { s.x += rng.random(); },
};`;
const PLAN = "seed~1;~split~10~0.8;~epochs~3~of~shuffle~8";

/** A command line for each form, in the order in which they are run. A ~ is a space inside a word. */
const LINES: Readonly<Record<string, string>> = {
  init: "init elsewhere",
  record: "record model.ts --steps 100 --seed 1",
  sweep: "sweep model.ts --param clamp=1,2 --steps 10 --seed 1 -b grid",
  "sweep --dry-run": "sweep model.ts --param clamp=1,2 --steps 10 -b dry --dry-run",
  "table NAME": "table grid",
  table: "table",
  resume: "resume fresh --fresh-if-missing model.ts --steps 10",
  "branch NAME REV": "branch fix main@50 --param clamp=1",
  "branch NAME REV --matrix": "branch grid main@90 --matrix clamp=5,10",
  branch: "branch",
  extend: "extend fresh --by 5",
  reset: "reset fresh@12",
  "branch -m": "branch -m fresh renamed",
  "branch -d": "branch -d renamed",
  save: "save main -o main.replay",
  load: "load main.replay --branches",
  info: "info main.replay",
  get: "get main@3",
  "get -o": "get main@3 -o state.json",
  checkout: "checkout main@3",
  step: "step --back",
  show: "show",
  "show REV@STEP": "show main@3",
  "show REV": "show main",
  "show --seeds": "show main --seeds",
  "show --source": "show main --source",
  log: "log main",
  find: "find main step===3",
  "find --count": "find main step===3 --count",
  "find --bisect": "find main step>=3 --bisect",
  blame: "blame main@9",
  explore: "explore main@0 --level state.x --goal state.x>1 --budget 1000 --seed 1",
  stats: "stats main state.x",
  observe: "observe main",
  "observe REV NAME=…": "observe main twice=step*2",
  plot: "plot main fix state.x --points 5",
  "plot -o": "plot main state.x -o x.svg",
  export: "export main state.x --every 10 -o x.csv",
  sql: "sql select~1~as~x main",
  "sql -o": "sql select~1~as~x main -o y.csv",
  diff: "diff main fix",
  "diff --at": "diff main fix --at 60",
  "diff --all-spans": "diff main fix --all-spans",
  "diff --stat": "diff main fix --stat",
  "diff --plot": "diff main fix --plot x",
  verify: "verify main",
  trace: "trace main --block 3 -o block.trace",
  "verify --trace": "verify main --trace block.trace",
  "rng PLAN": `rng ${PLAN}`,
  "rng PLAN --epoch": `rng ${PLAN} --epoch 2`,
  "rng PLAN --event": "rng seed~1;~split~12~8~4 --event 2",
  "rng PLAN --out": `rng ${PLAN} --out end.bin`,
  "rng explain": `rng explain ${PLAN}`,
  "rng locate": `rng locate ${PLAN} --order 1 --up-to 20`,
  trust: "trust main",
  "trust --list": "trust --list",
  "trust --forget": "trust --forget main",
  "tag NAME": "tag draft main",
  tag: "tag",
  sign: "sign main --name draft --force --key KEY",
  "verify --signature": "verify draft --signature --allowed-signers model.ts",
  "tag -d": "tag -d draft",
  reflog: "reflog",
  doctor: "doctor",
  undo: "undo",
  redo: "redo",
  config: "config",
  completion: "completion bash",
  "cat-file": "cat-file main",
  "remote add": "remote add lab lab",
  remote: "remote",
  push: "push lab",
  "push --delete": "push lab --delete main --dry-run",
  "push --check": "push lab --check --require HEAD",
  fetch: "fetch lab",
  pull: "pull lab main",
  "remote show": "remote show lab",
  "log --remote": "log --remote lab",
  clone: "clone lab cloned",
  hydrate: "hydrate main",
  "hydrate --from-remote": "hydrate --from-remote lab",
  "remote remove": "remote remove lab",
};

const hasDuckDb = (await openDuckDb()) !== undefined;
const hasSshKeygen = programOnPath("ssh-keygen") !== undefined;

let project: Project;
const forms = new Map<string, Keys>();

beforeAll(async () => {
  project = await emptyProject();
  await project.write("model.ts", MODEL);
  await project.write("elsewhere/model.ts", MODEL);
  if (hasSshKeygen) {
    const file = path.join(project.root, "KEY");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file], { stdio: "pipe" });
  }
  for (const name of COMMAND_NAMES) {
    const { keys } = await loadCommand(name);
    for (const [form, its] of Object.entries(keys)) forms.set(form, its);
  }
});

describe("the keys of JSON", () => {
  test("are listed by every command", async () => {
    for (const name of COMMAND_NAMES) {
      const listed = Object.keys((await loadCommand(name)).keys);
      expect(listed.length, name).toBeGreaterThan(name === "serve" ? -1 : 0);
      for (const form of listed) expect(form.split(" ")[0]).toBe(name);
    }
    expect([...forms.keys()].sort()).toEqual(Object.keys(LINES).sort());
  });

  test.each(Object.entries(LINES))("%s", async (form, line) => {
    if (!hasSshKeygen && /^sign$|--signature/.test(form)) return;
    if (!hasDuckDb && form.startsWith("sql")) return;
    const argv = line.split(" ").map((word) => word.replaceAll("~", " "));
    const { json } = await project.run(...argv, "--json", "-q");
    const keys = forms.get(form) ?? [];
    const names = keys.flatMap((key) => (typeof key === "string" ? [key] : Object.keys(key)));
    expect(Object.keys(json)).toEqual(names);
    for (const inner of keys) {
      if (typeof inner === "string") continue;
      for (const [name, expected] of Object.entries(inner)) {
        const [first] = Object.values(json[name]);
        if (first !== undefined) expect(Object.keys(first as object)).toEqual(expected);
      }
    }
  });
});
