import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { STATUS } from "../../src/cli/command.ts";
import { openDuckDb } from "../../src/node/host/duckdb.ts";
import { projectAt } from "../support/run-cli.ts";
import { tablesOf } from "./blocks.ts";
import { commandTexts } from "./command-texts.ts";
import { readPage } from "./pages.ts";
import type { Playground } from "./playground.ts";
import { testPage } from "./run-page.ts";

const SHOCK = readFileSync(new URL("../../fixtures/simulations/shock.ts", import.meta.url), "utf8");
const hasDuckDb = (await openDuckDb()) !== undefined;
const rows = tablesOf(readPage("docs/commands.md"));

testPage("docs/commands.md", { prepare: (place) => place.write("shock.ts", SHOCK) }, (place) => {
  test("the table of JSON names the keys that each command prints", async () => {
    const plan = "'seed 1; split 10 0.8; epochs 3 of shuffle 8'";
    const lines: Readonly<Record<string, string | readonly string[]>> = {
      "record, resume": [
        "record shock.ts --steps 20 -b short",
        "resume fresh --fresh-if-missing shock.ts --steps 10",
      ],
      sweep: "sweep shock.ts --param clamp=1,2 --steps 10 -b small",
      "sweep --dry-run": "sweep shock.ts --param clamp=1,2 --steps 10 -b dry --dry-run",
      "table NAME": "table small",
      table: "table",
      load: "load fix.replay",
      "branch NAME REV, extend, reset": [
        "branch shorter short@10",
        "extend shorter --by 5",
        "reset shorter@15",
      ],
      "branch NAME REV --matrix": "branch grid fix@19_000 --matrix clamp=5,10",
      branch: "branch",
      "branch -m, branch -d": ["branch -m shorter renamed", "branch -d renamed"],
      init: "init elsewhere",
      get: "get main@3",
      "get -o": "get main@3 -o state.json",
      checkout: "checkout main@3",
      step: "step --back",
      "show, show REV@STEP": ["show", "show main@3"],
      "show REV": "show main",
      "show --seeds": "show main --seeds",
      "show --source": "show main --source",
      log: "log main",
      find: "find main 'step === 3'",
      "find --count": "find main 'step === 3' --count --to 10",
      "find --bisect": "find main 'step >= 3' --bisect",
      blame: "blame main@9",
      explore:
        "explore main@0 --level state.x --goal 'state.x > 1.1' --budget 1e5 --seed 1 -b seen",
      stats: "stats main state.x --to 10",
      observe: "observe main twice=step*2 -q >seen; rewind observe main",
      "observe REV NAME=…": "observe main twice=step*2",
      plot: "plot main fix state.x --points 5",
      "plot -o": "plot main state.x -o x.svg",
      export: "export main state.x --every 10 -o x.csv",
      sql: "sql 'select 1 as x' main",
      "sql -o": "sql 'select 1 as x' main -o y.csv",
      diff: "diff main fix",
      verify: "verify main",
      trace: "trace main --block 0 -o block.trace",
      sign: "tag v9 main -q; ssh-keygen -q -t ed25519 -N '' -f key; rewind sign main --name v9 -f --key key",
      "verify --signature": "verify v9 --signature --allowed-signers key.pub",
      "verify --trace": "verify main --trace block.trace",
      "rng PLAN": [`rng ${plan}`, `rng ${plan} --event 1`],
      "rng PLAN --epoch": [`rng ${plan} --epoch 2`, `rng ${plan} --epoch 2 --batch 3`],
      "rng PLAN --event": "rng 'seed 1; split 12 8 4' --event 2",
      "rng PLAN --out": [`rng ${plan} --out end.bin`, `rng ${plan} --epoch 2 --out state.bin`],
      "rng explain": `rng explain ${plan}`,
      "rng locate": `rng locate ${plan} --order $(rewind rng ${plan} --epoch 2 --json | grep -o '"order":[^]]*' | grep -o '[0-9].*')`,
      save: "save main -o main.replay",
      info: "info main.replay",
      "trust --forget": "trust --forget main",
      "trust, trust --list": ["trust main", "trust fix", "trust --list"],
      tag: "tag paper main -q >tagged; rewind tag",
      "tag NAME": "tag draft main",
      "tag -d": "tag -d draft",
      reflog: "reflog",
      doctor: [
        'log -q >log; echo \'{"host":"elsewhere","pid":1}\' >.rewind/local/x.lock; rewind doctor',
        `log -q >log; printf '<<<<<<< HEAD\\n%s\\n=======\\n%s\\n>>>>>>> theirs\\n' $(cat .rewind/refs/heads/main .rewind/refs/heads/fix) >.rewind/refs/heads/parted; rewind doctor`,
        "doctor --settle",
      ],
      "undo, redo": ["undo", "redo"],
      config: ["config", "config rng", "config rng numpy", "config --unset rng"],
      completion: "completion bash",
      "cat-file": "cat-file $(rewind show main --json | grep -o '[0-9a-f]\\{64\\}' | head -1)",
      remote: "remote add lab lab -q >added; rewind remote",
      "remote add": "remote add other other",
      push: "push lab main",
      "push --delete":
        "push lab -q >sent; rewind tag gone main -q; rewind push lab gone -q >sent; rewind push lab --delete gone",
      "push --check": [
        "push lab main --check --require fix",
        "remote -q >remotes; mv lab/packs lab/kept; rewind push lab --check --json -q; mv lab/kept lab/packs; true",
      ],
      fetch: "fetch lab",
      pull: "pull lab main",
      "remote show": "remote show lab",
      "log --remote": "log --remote lab",
      clone: "clone lab cloned",
      hydrate: "hydrate main",
      "hydrate --from-remote": "hydrate --from-remote lab",
      "remote remove": "remote remove lab",
    };
    const listed = rows.get("command keys") ?? [];
    expect(listed.map(([names = ""]) => names.replaceAll("`", ""))).toEqual(Object.keys(lines));
    const commands = Object.keys(lines).flatMap((names) =>
      names.split(", ").map((name) => name.split(" ")[0]),
    );
    // What `serve` prints is for another rewind.
    const names = (await commandTexts()).map(({ name }) => name).filter((name) => name !== "serve");
    expect([...new Set(commands)].sort()).toEqual(names.sort());
    place().shell("rewind save fix -o fix.replay");
    for (const [names = "", keys = ""] of listed) {
      if (!hasDuckDb && names.startsWith("`sql")) continue;
      const entries = new Map<string, boolean>();
      for (const line of [lines[names.replaceAll("`", "")] ?? []].flat()) {
        for (const [key, has] of await checkKeys(place(), line, keys)) {
          entries.set(key, has || entries.get(key) === true);
        }
      }
      expect(
        [...entries].filter(([, has]) => !has),
        names,
      ).toEqual([]);
    }
  }, 240_000);

  test("the text below it names the keys that options of diff add", () => {
    for (const [option, key] of [
      ["--at 3", "at"],
      ["--all-spans --to 2000", "spans"],
      ["--stat --to 2000", "stat"],
      ["--plot state.x --to 2000", "plot"],
    ]) {
      const { output } = place().shell(`rewind diff main fix ${option} --json -q`);
      expect(Object.keys(JSON.parse(output)), option).toContain(key);
    }
  });
});

test("the table names every exit status", () => {
  const listed = (rows.get("exit status when") ?? []).map(([status]) => Number(status));
  expect(listed).toEqual(Object.values(STATUS));
});

/**
 * Runs a command with --json, and compares the keys that it prints with those of a cell. Returns the
 * keys of lists, and whether each had an entry.
 */
async function checkKeys(
  place: Playground,
  line: string,
  cell: string,
): Promise<ReadonlyMap<string, boolean>> {
  const entries = new Map<string, boolean>();
  const found = JSON.parse(await printedBy(place, `${line} --json -q`));
  expect(Object.keys(found), line).toEqual(namesIn(cell.replace(/\([^)]*\)/g, "")));
  for (const [, key = "", inner = ""] of cell.matchAll(/`(\w+)` \((?:of|by)([^)]*)\)/g)) {
    const [first] = Object.values(found[key] as object);
    entries.set(key, first !== undefined);
    if (first !== undefined) expect(Object.keys(first), line).toEqual(namesIn(inner));
  }
  return entries;
}

/** What a command prints: run in this process, unless its line needs a shell. */
async function printedBy({ folder, shell }: Playground, line: string): Promise<string> {
  if (/[$>;|]/.test(line.replace(/'[^']*'/g, ""))) return shell(`rewind ${line}`).output;
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word);
  return (await projectAt(folder).run(...(words as string[]))).stdout;
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
}
