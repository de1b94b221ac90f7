import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GLOBAL_OPTIONS } from "../../src/cli/arguments.ts";
import { STATUS } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
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

  test("the compiler would see a wrong one", async () => {
    await place.write(
      "wrong.ts",
      'import { record } from "rewind-engine";\nimport walk from "./walk.ts";\n' +
        'const run = await record(walk, { steps: "ten" });\nexport const x: string = await run.get(1);\n',
    );
    expect(typeErrors(["wrong.ts"])).toHaveLength(2);
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
    for (const [name, entry] of Object.entries(COMMANDS)) {
      const { options } = await entry.load();
      const names = Object.keys(options).filter((option) => !Object.hasOwn(GLOBAL_OPTIONS, option));
      known.set(name, new Set(names));
    }
    expect(sorted(listed)).toEqual(sorted(known));
  });

  test("name every exit status", () => {
    const listed = (rows.get("exit status when") ?? []).map(([status]) => Number(status));
    expect(listed).toEqual(Object.values(STATUS));
  });

  test("name the keys of JSON", () => {
    const lines: Readonly<Record<string, string>> = {
      "record, load, branch NAME REV, extend, resume, reset": "load fix.replay",
      "branch NAME REV --matrix": "branch grid fix@999_000 --matrix clamp=5,10",
      get: "get main@3",
      "show, show REV@STEP": "show main@3",
      "show REV": "show main",
      step: "step --back",
      diff: "diff main fix",
      find: "find main 'step === 3'",
      "find --count": "find main 'step === 3' --count --to 10",
      "find --bisect": "find main 'step >= 3' --bisect",
      stats: "stats main state.x --to 10",
      verify: "verify main",
      log: "log main",
      branch: "branch",
      save: "save main -o main.replay",
      tag: "tag paper main -q >tagged; rewind tag",
      reflog: "reflog",
      "undo, redo": "undo",
      config: "config",
    };
    const listed = rows.get("command keys") ?? [];
    expect(listed.map(([names = ""]) => names.replaceAll("`", ""))).toEqual(Object.keys(lines));
    for (const [names = "", keys = ""] of listed) {
      const line = lines[names.replaceAll("`", "")];
      const { output } = place.shell(`rewind ${line} --json -q`);
      const found = JSON.parse(output);
      const outer = keys.replace(/\([^)]*\)/g, "");
      expect(Object.keys(found), line).toEqual(namesIn(outer));
      const [, inner] = /\(([^)]*)\)/.exec(keys) ?? [];
      if (inner === undefined) continue;
      const part = Object.values(found).find((value) => typeof value === "object" && value);
      const [first] = Object.values(part as object);
      expect(Object.keys(first as object), line).toEqual(namesIn(inner));
    }
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

function isNotRun(block: Block): boolean {
  return Object.hasOwn(NOT_RUN, firstLine(block)) && block.comment !== undefined;
}

function firstLine({ text }: Block): string {
  return (text.split("\n")[0] ?? "").replace(/ +#.*$/, "");
}

/** Runs a block that is a module; behind each of its console.log stands what it prints. */
async function runModule(block: Block): Promise<void> {
  const [, file] = /^\/\/ ([a-z]+\.ts)$/.exec(firstLine(block)) ?? [];
  if (file === undefined) throw new Error("expected the name of a file as the first line");
  await place.write(file, block.text);
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
