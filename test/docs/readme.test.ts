import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STATUS } from "../../src/cli/command.ts";
import { COMMAND_NAMES } from "../../src/cli/command-list.ts";
import { loadCommand } from "../../src/cli/load-command.ts";
import { GLOBAL_OPTIONS } from "../../src/cli/options.ts";
import { type Block, blocksOf, tablesOf } from "./blocks.ts";
import { type Playground, playground } from "./playground.ts";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const blocks = blocksOf(README);

/** The blocks that are not run, by their first line, and why not. A block that is not here is run. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "npm ci && npm run demo": "installs packages; .ci/run runs it",
  "npm ci && npm test": "installs packages; .ci/run runs it",
  "npm install rewind-engine": "installs packages",
  "npm ci && npm pack": "installs packages",
  "npm ci && npm run build && npm link": "installs packages",
};

let place: Playground;
beforeAll(async () => {
  place = await playground();
});
afterAll(() => place.remove());

describe("README: its blocks, in their order", () => {
  test.each(blocks.map((block) => [`line ${block.line}: ${firstLine(block)}`, block] as const))(
    "%s",
    async (_name, block) => {
      if (isNotRun(block)) return;
      if (block.language === "ts") await runModule(block);
      else if (block.language === "console") runConsole(block);
      else throw new Error(`a block of ${block.language || "no language"} that nothing runs`);
    },
  );

  test("the blocks that are not run are those that are listed, and say why", () => {
    const found = blocks.filter(({ comment }) => comment?.startsWith("not run here"));
    expect(
      Object.fromEntries(
        found.map((block) => [firstLine(block), block.comment?.replace("not run here: ", "")]),
      ),
    ).toEqual(NOT_RUN);
  });

  test("its modules pass the strict compiler, with the types that the package has", () => {
    expect(typeErrors(moduleNames())).toEqual([]);
  });

  test("the file of a million steps of a random walk is as large as it says", () => {
    const { output } = place.shell(
      "rewind record walk.mts --steps 1_000_000 --seed 42 -b sized && rewind save sized -o sized.replay",
    );
    const [, said] = /a million steps of a random walk are (\d+\.\d kB)/.exec(README) ?? [];
    const [, bytes = ""] = /sized\.replay, (\d+\.\d+) kB/.exec(output) ?? [];
    expect(`${Number(bytes).toFixed(1)} kB`).toBe(said);
  });

  test("the compiler would see a wrong one", async () => {
    await place.write(
      "wrong.mts",
      'import { record } from "rewind-engine";\nimport walk from "./walk.mts";\n' +
        'const run = await record(walk, { steps: "ten" });\nexport const x: string = await run.get(1);\n',
    );
    expect(typeErrors(["wrong.mts"])).toHaveLength(2);
  });
});

describe("README: its tables", () => {
  const rows = tablesOf(README);

  test("name every command, with all of its options and no other", async () => {
    const listed = new Map<string, Set<string>>();
    for (const [first = "", second = ""] of rows.get("command does") ?? []) {
      for (const [, name = ""] of first.matchAll(/`([a-z-]+)[^`]*`/g)) {
        const options = listed.get(name) ?? new Set();
        for (const [, option = ""] of `${first} ${second}`.matchAll(/--([a-z-]+)/g)) {
          options.add(option.replace(/^no-/, ""));
        }
        listed.set(name, options);
      }
    }
    const known = new Map<string, Set<string>>();
    for (const name of COMMAND_NAMES) {
      const { options } = await loadCommand(name);
      const names = Object.keys(options).filter((option) => !Object.hasOwn(GLOBAL_OPTIONS, option));
      known.set(name, new Set(names.map((option) => option.replace(/^no-/, ""))));
    }
    expect(sorted(listed)).toEqual(sorted(known));
  });

  test("name every exit status", () => {
    const listed = (rows.get("exit status when") ?? []).map(([status]) => Number(status));
    expect(listed).toEqual(Object.values(STATUS));
  });

  test("name the keys of JSON", () => {
    const plan = "'seed 1; split 10 0.8; epochs 3 of shuffle 8'";
    const lines: Readonly<Record<string, string | readonly string[]>> = {
      "record, resume": [
        "record shock.ts --steps 20 -b short",
        "resume fresh --fresh-if-missing shock.ts --steps 10",
      ],
      "load, branch NAME REV, extend, reset": [
        "load fix.replay",
        "branch shorter short@10",
        "extend shorter --by 5",
        "reset shorter@15",
      ],
      "branch NAME REV --matrix": "branch grid fix@999_000 --matrix clamp=5,10",
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
      stats: "stats main state.x --to 10",
      diff: "diff main fix",
      verify: "verify main",
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
      doctor:
        'log -q >log; echo \'{"host":"elsewhere","pid":1}\' >.rewind/local/x.lock; rewind doctor',
      "undo, redo": ["undo", "redo"],
      config: ["config", "config rng", "config rng numpy", "config --unset rng"],
      completion: "completion bash",
      "cat-file": "cat-file $(rewind show main --json | grep -o '[0-9a-f]\\{64\\}' | head -1)",
    };
    const listed = rows.get("command keys") ?? [];
    expect(listed.map(([names = ""]) => names.replaceAll("`", ""))).toEqual(Object.keys(lines));
    const commands = Object.keys(lines).flatMap((names) =>
      names.split(", ").map((name) => name.split(" ")[0]),
    );
    expect([...new Set(commands)].sort()).toEqual([...COMMAND_NAMES].sort());
    for (const [names = "", keys = ""] of listed) {
      for (const line of [lines[names.replaceAll("`", "")] ?? []].flat()) {
        checkKeys(line, keys);
      }
    }
  }, 120_000);

  test("name the keys that options of diff add", () => {
    for (const [option, key] of [
      ["--at 3", "at"],
      ["--all-spans --to 2000", "spans"],
      ["--stat --to 2000", "stat"],
      ["--plot state.x --to 2000", "plot"],
    ]) {
      const { output } = place.shell(`rewind diff main fix ${option} --json -q`);
      expect(Object.keys(JSON.parse(output)), option).toContain(key);
    }
  });

  test("name the options of record", () => {
    const [, sentence = ""] = /^`record` takes ([^.]*)\./m.exec(README) ?? [];
    const files = ["replay/record/record.ts", "replay/record/recorder.ts", "replay/environment.ts"];
    const names = files.flatMap((file) => {
      const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8");
      const [, body = ""] =
        /export interface (?:Record|Recorder|Long)Options[^{]*\{([\s\S]*?)\n\}/.exec(source) ?? [];
      return [...body.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name as string);
    });
    expect(names.length).toBeGreaterThan(8);
    expect(namesIn(sentence).sort()).toEqual(names.sort());
  });

  test("name what the package exports", async () => {
    const names = [await import("rewind-engine"), await import("rewind-engine/random")].flatMap(
      (module) => Object.keys(module),
    );
    for (const name of names) expect(README).toMatch(new RegExp(`\`${name}\\b`));
    const random = await import("rewind-engine/random");
    for (const [functions = "", gives = ""] of rows.get("function gives") ?? []) {
      for (const [, name = ""] of functions.matchAll(/`(\w+)\(/g)) {
        expect((random as Record<string, unknown>)[name], name).toBeTypeOf("function");
      }
      const index = readFileSync(new URL("../../src/random/index.ts", import.meta.url), "utf8");
      for (const [, type] of gives.matchAll(/`([A-Z]\w+)`/g)) expect(index).toContain(`${type}`);
    }
    expect(rows.get("function gives")?.length).toBeGreaterThan(5);
  });

  test("name methods that there are", async () => {
    const engine = await import("rewind-engine");
    const main = engine as unknown as Record<string, unknown>;
    const walk = engine.defineSimulation({ name: "w", init: () => 0, step: (x: number) => x + 1 });
    const run = (await engine.record(walk, { steps: 1 })) as unknown as Record<string, unknown>;
    place.shell("mkdir empty");
    const opened = await engine.initRepository(join(place.folder, "empty"));
    const repo = opened as unknown as Record<string, unknown>;
    for (const [first = ""] of rows.get("name does") ?? []) {
      for (const [, name = ""] of first.matchAll(/`([\w.]+)/g)) {
        const [owner, member] = name.split(".") as [string, string | undefined];
        const object = member === undefined ? main : owner === "run" ? run : repo;
        expect(object[member ?? owner], name).toBeDefined();
      }
    }
    await opened.close();
  });

  test("lead to files that there are", () => {
    const links = [...README.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link as string);
    expect(links.length).toBeGreaterThan(4);
    for (const link of links.filter((each) => !each.startsWith("http"))) {
      readFileSync(new URL(`../../${link}`, import.meta.url));
    }
  });
});

/** Runs a command with --json, and compares the keys that it prints with those of a cell. */
function checkKeys(line: string, cell: string): void {
  const { output } = place.shell(`rewind ${line} --json -q`);
  const found = JSON.parse(output);
  expect(Object.keys(found), line).toEqual(namesIn(cell.replace(/\([^)]*\)/g, "")));
  for (const [, key = "", inner = ""] of cell.matchAll(/`(\w+)` \((?:of|by)([^)]*)\)/g)) {
    const [first] = Object.values(found[key] as object);
    expect(Object.keys(first as object), line).toEqual(namesIn(inner));
  }
}

function isNotRun(block: Block): boolean {
  return Object.hasOwn(NOT_RUN, firstLine(block)) && block.comment !== undefined;
}

function firstLine({ text }: Block): string {
  return (text.split("\n")[0] ?? "").replace(/ +#.*$/, "");
}

/** Runs a block that is a module; behind each of its console.log stands what it prints. */
async function runModule(block: Block): Promise<void> {
  const [, file] = /^\/\/ ([a-z]+\.m?ts)$/.exec(firstLine(block)) ?? [];
  if (file === undefined) throw new Error("expected the name of a file as the first line");
  await place.write(file, block.text);
  if (file.endsWith(".ts")) {
    // A simulation, which `rewind` bundles: Node takes it for CommonJS in a project of `npm init -y`.
    expect(block.text).not.toContain("console.log");
    return;
  }
  const { status, output } = await place.run(file);
  const expected = [...block.text.matchAll(/^.*console\.log\(.*\); \/\/ (.*)$/gm)].map(
    ([, printed]) => `${printed}\n`,
  );
  expect(block.text.match(/console\.log/g)?.length ?? 0).toBe(expected.length);
  expect(output).toBe(expected.join(""));
  expect(status).toBe(0);
}

/** Runs the lines of a block that begin with `$ `; the others are what they print. */
function runConsole(block: Block): void {
  const parts = block.text.split(/^\$ /m).slice(1);
  expect(parts.length, "lines that begin with $").toBeGreaterThan(0);
  for (const part of parts) {
    const [line = "", ...expected] = part.trimEnd().split("\n");
    const { status, output } = place.shell(line);
    const printed = output.trimEnd().split("\n");
    const same = printed.map((text, i) => (matches(text, expected[i]) ? expected[i] : text));
    expect(same, line).toEqual(expected);
    expect(status, line).toBe(0);
  }
}

/** Whether a line is as expected, where `…` stands for anything. */
function matches(text: string, expected: string | undefined): boolean {
  if (expected === undefined) return false;
  const parts = expected.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

function moduleNames(): string[] {
  const modules = blocks.filter(({ language }) => language === "ts");
  return modules.map((block) => firstLine(block).replace("// ", ""));
}

function typeErrors(files: readonly string[]): string[] {
  const program = ts.createProgram({
    rootNames: files.map((file) => join(place.folder, file)),
    options: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      typeRoots: [fileURLToPath(new URL("../../node_modules/@types", import.meta.url))],
      types: ["node"],
    },
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
}

function sorted(map: ReadonlyMap<string, ReadonlySet<string>>): Record<string, string[]> {
  return Object.fromEntries(
    [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, set]) => [name, [...set].sort()]),
  );
}
