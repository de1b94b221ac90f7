import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { ALONE } from "./vitest.config.ts";

/**
 * The floors of `src`, lowest first. Code may import from its own floor and from those below it.
 * The files of `FACE` are one floor, the public face.
 */
const FLOORS = [
  "base",
  "statistics",
  "plot",
  "table",
  "codec",
  "random",
  "object",
  "store",
  "plan",
  "replay",
  "history",
  "remote",
  "node",
  "face",
  "cli",
] as const;

/** What the package exports, at the top of `src`. */
const FACE: readonly string[] = ["index.ts", "plot.ts", "random.ts", "repository.ts", "repository"];

/** The only places where each package may be imported. */
const PACKAGES: Readonly<Record<string, (file: string) => boolean>> = {
  "cbor-x": (file) => file === "codec/cbor/plain.ts",
  aws4fetch: (file) => file === "node/remote/s3-blobs.ts",
  "@noble/hashes": (file) => file === "codec/hash.ts",
  diff: (file) => file === "replay/compare/source-diff.ts",
  esbuild: (file) => floorOf(file) === "node",
  "hyparquet-writer": (file) => file === "table/parquet.ts",
  "get-east-asian-width": (file) => file === "cli/terminal/width.ts",
  yargs: (file) => file === "cli/arguments.ts" || file === "cli/command.ts",
};

/** Where Node's modules may be imported. `repository.ts` opens folders, so it is at home on Node. */
const ON_NODE: ReadonlySet<string> = new Set(["node", "face", "cli"]);

/**
 * The folders inside floors, lowest first; "" stands for the files of the floor itself. Code may
 * import from its own folder and from those before it.
 */
const WINGS: Readonly<Record<string, readonly string[]>> = {
  codec: ["cbor", "path", "state", "json", ""],
  node: ["", "host", "store", "config", "signing", "program", "remote", "workers"],
  replay: ["", "jobs", "look", "observe", "record", "compare", "explore", "run", "sweep"],
};

/** Modules that import each other in a circle today. The list may only become shorter. */
const KNOWN_CYCLES: readonly (readonly string[])[] = [["plan/locate-draws.ts", "plan/locate.ts"]];

/**
 * What `src/cli` may import from below the public face besides the names that the face exports, and
 * why. The list may only become shorter. A module of `src/base` needs no line.
 */
const BESIDE_THE_FACE: Readonly<Record<string, readonly string[]>> = {
  "reads words of a command line": [
    ...["codec/json/typed-text.ts", "codec/path/format.ts", "codec/path/parse.ts"],
    ...["codec/state/access.ts", "history/revision.ts", "node/config/settings.ts"],
    ...["object/seeds.ts", "replay/look/expression.ts", "replay/params.ts", "store/ref-name.ts"],
  ],
  "writes what the library gives as text": [
    ...["codec/json/write.ts", "history/graph-order.ts", "history/graph.ts"],
    ...["history/operations.ts", "object/id.ts", "object/program.ts", "object/shown-source.ts"],
    ...["replay/compare/state-difference.ts", "store/head.ts"],
  ],
  "prints the tables of help": [
    ...["history/revision-forms.ts", "node/remote/remote-forms.ts", "plan/forms.ts"],
  ],
  "reads and writes the user's files, and knows the process": [
    ...["node/host/interruptible.ts", "node/host/platform.ts", "node/host/user-files.ts"],
    ...["node/host/file-kind.ts"],
    ...["node/host/user-folders.ts", "node/own-files.ts", "node/host/git-state.ts"],
  ],
  "completes names of refs at each TAB, without opening the store": [
    ...["node/host/files.ts", "node/host/machine-seal.ts", "node/store/file-refs.ts"],
    ...["node/store/find-project.ts", "node/store/store-files.ts", "store/ref-store.ts"],
  ],
  "explains where a plan stands, and why": [
    ...["plan/consumer.ts", "plan/events.ts", "plan/hypotheses.ts", "plan/locate-draws.ts"],
    ...["plan/locate.ts", "plan/order-at.ts", "plan/points.ts", "plan/totals.ts", "plan/walk.ts"],
  ],
};

/** Members of repositories and runs that lead around the face, into the store and the replay. */
const INSIDES: readonly string[] = ["store", "replayer", "environment"];

/** What a browser lacks: names that no file below `src/node` may use. */
const NODE_GLOBALS: ReadonlySet<string> = new Set([
  "process",
  "Buffer",
  "NodeJS",
  "require",
  "__dirname",
  "__filename",
  "setImmediate",
]);

/**
 * The only files that read the clock or wait by themselves: a program may replace what the others
 * would find. The list may only become shorter.
 */
const READS_THE_CLOCK: Readonly<Record<string, string>> = {
  "base/clock.ts": "takes the clock and the timers before any program runs, for all the others",
  "node/host/pause.ts": "does so with those that only Node has",
  "replay/guarded.ts": "names them, to refuse them in a step; it does not call them",
  "node/host/guarded-node.ts": "does so with those of Node",
};

/** What reads the clock or waits, by the names that `read` gives. */
const CLOCK =
  /^(?:Date\.now|performance(?:\..*)?|new Date\(\)|Date\(\)|process\.(?:hrtime|uptime)|(?:globalThis\.)?(?:set|clear)(?:Timeout|Interval|Immediate)|AbortSignal\.timeout)$/;

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SRC = join(ROOT, "src");

const modules = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .sort()
  .map((file) => ({ file, ...read(readFileSync(join(SRC, file), "utf8")) }));

/** The names that the package exports, each after the module that declares it. */
const PUBLIC: ReadonlySet<string> = new Set(
  modules
    .filter(({ file }) => FACE.includes(file))
    .flatMap(({ file, named }) =>
      named
        .filter(({ exported }) => exported)
        .map(({ specifier, name }) => `${targetOf(file, specifier)} ${name}`),
    ),
);

describe("floors", () => {
  test("every module of src stands on a floor", () => {
    const homeless = modules.map(({ file }) => file).filter((file) => rank(file) < 0);
    expect(homeless).toEqual([]);
  });

  test("imports lead downward only, those of types too", () => {
    expect(
      everyImport(({ file, target }) => target !== undefined && rank(target) > rank(file)),
    ).toEqual([]);
  });

  test("inside a floor imports lead downward too", () => {
    for (const [floor, wings] of Object.entries(WINGS)) {
      const folders = new Set(
        modules
          .map(({ file }) => file)
          .filter((file) => floorOf(file) === floor)
          .map(wingOf),
      );
      expect([...folders].sort(), floor).toEqual([...wings].sort());
    }
    expect(
      everyImport(({ file, target }) => {
        const wings = WINGS[floorOf(file)];
        if (wings === undefined || target === undefined || floorOf(target) !== floorOf(file))
          return false;
        return wings.indexOf(wingOf(target)) > wings.indexOf(wingOf(file));
      }),
    ).toEqual([]);
  });

  test("no modules import each other in a circle, except the known ones", () => {
    const found = cycles(
      new Map(
        modules.map(({ file, imports }) => [
          file,
          imports.flatMap((specifier) => targetOf(file, specifier) ?? []),
        ]),
      ),
    );
    const known = (cycle: readonly string[]) =>
      KNOWN_CYCLES.some((one) => cycle.every((file) => one.includes(file)));
    expect(found.filter((cycle) => !known(cycle))).toEqual([]);
    const stale = KNOWN_CYCLES.flat().filter((file) => !found.flat().includes(file));
    expect(stale, "take these off KNOWN_CYCLES").toEqual([]);
  });

  test("a circle of any length is found, without modules that only lead into it", () => {
    const imports = { a: ["b"], b: ["c", "x"], c: ["a"], x: [], y: ["a"], own: ["own"] };
    expect(cycles(new Map(Object.entries(imports)))).toEqual([["a", "b", "c"], ["own"]]);
  });

  test("each package is imported only where it belongs, and no other package is", () => {
    expect(
      everyImport(({ file, specifier, target }) => {
        if (target !== undefined || specifier.startsWith("node:")) return false;
        return PACKAGES[packageOf(specifier)]?.(file) !== true;
      }),
    ).toEqual([]);
  });

  test("package.json lists exactly the packages that src imports", () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(Object.keys(dependencies).sort()).toEqual(Object.keys(PACKAGES).sort());
  });

  test("only src/node, the public face and src/cli import Node's modules", () => {
    const isNodes = (specifier: string): boolean => specifier.startsWith("node:");
    expect(
      everyImport(({ file, specifier }) => isNodes(specifier) && !ON_NODE.has(floorOf(file))),
    ).toEqual([]);
  });

  test("below src/node nothing uses what a browser lacks", () => {
    const below = modules.filter(({ file }) => rank(file) < FLOORS.indexOf("node"));
    expect(uses(below, (name) => NODE_GLOBALS.has(name.split(".")[0] as string))).toEqual([]);
  });

  test("only the clock's own files read the clock and wait", () => {
    const isTimers = (specifier: string): boolean => /^node:(?:timers|perf_hooks)/.test(specifier);
    const reads = [
      ...modules.flatMap(({ file, names }) => (names.some((one) => CLOCK.test(one)) ? [file] : [])),
      ...modules.flatMap(({ file, imports }) => (imports.some(isTimers) ? [file] : [])),
    ];
    expect([...new Set(reads)].sort()).toEqual(Object.keys(READS_THE_CLOCK).sort());
    const { names } = read(`
      Date.now(); performance.now(); const { now } = performance; new Date(); Date(); new Date(0);
      setTimeout(f, 1); globalThis.setImmediate(f); process.hrtime.bigint(); ({ setTimeout: 1 });
    `);
    expect(names.filter((name) => CLOCK.test(name))).toEqual([
      ...["Date.now", "performance.now", "performance", "new Date()", "Date()"],
      ...["setTimeout", "globalThis.setImmediate", "process.hrtime"],
    ]);
  });

  test("only src/cli prints, and nothing but bin/rewind.js exits", () => {
    // A program may print: its realm and its worker send the output to stderr.
    const others = modules.filter(
      ({ file }) =>
        floorOf(file) !== "cli" &&
        !file.startsWith("node/program/realm/") &&
        file !== "node/workers/worker.ts",
    );
    const prints = (name: string): boolean => /^(console|process\.std(out|err))\b/.test(name);
    expect(uses(others, prints)).toEqual([]);
    expect(uses(modules, (name) => /^process\.(exit|exitCode|abort)$/.test(name))).toEqual([]);
  });

  test("src/cli is a layer over the public face: it imports what the face exports", () => {
    const beside = Object.values(BESIDE_THE_FACE).flat();
    const isAllowed = (target: string, name: string): boolean =>
      floorOf(target) === "cli" ||
      floorOf(target) === "face" ||
      floorOf(target) === "base" ||
      PUBLIC.has(`${target} ${name}`);
    const around = modules
      .filter(({ file }) => floorOf(file) === "cli")
      .flatMap(({ file, named }) =>
        named.flatMap(({ specifier, name }) => {
          const target = targetOf(file, specifier);
          return target === undefined || isAllowed(target, name) ? [] : [{ file, target, name }];
        }),
      );
    const broken = around
      .filter(({ target }) => !beside.includes(target))
      .map(({ file, target, name }) => `src/${file} imports ${name} of src/${target}`);
    expect(broken).toEqual([]);
    const stale = beside.filter((module) => !around.some(({ target }) => target === module));
    expect(stale, "take these off BESIDE_THE_FACE").toEqual([]);
    expect(isAllowed("replay/run/run.ts", "Run")).toBe(true);
    expect(isAllowed("replay/replayer.ts", "Replayer")).toBe(false);
  });

  test("src/cli does not reach into the store of a repository or the replay of a run", () => {
    const reached = modules
      .filter(({ file }) => floorOf(file) === "cli")
      .flatMap(({ file, members }) =>
        members.filter((name) => INSIDES.includes(name)).map((name) => `src/${file}: ${name}`),
      );
    expect(reached).toEqual([]);
    const { members } = read("const { store, a: { b: x } } = repo; run.replayer.y;");
    expect(members).toEqual(["store", "a", "b", "y", "replayer"]);
  });

  test("no circle of imports in src/cli, those of types too", () => {
    const graph = new Map(
      modules
        .filter(({ file }) => floorOf(file) === "cli")
        .map(({ file, imports }) => [
          file,
          imports.flatMap((specifier) => targetOf(file, specifier) ?? []),
        ]),
    );
    expect(circleIn(graph)).toEqual([]);
    expect(
      circleIn(
        new Map([
          ["a", ["b"]],
          ["b", ["c", "a"]],
        ]),
      ),
    ).toEqual(["a", "b", "a"]);
  });

  test("these tests see a broken rule", () => {
    const { imports, names } = read(`
      import type { A } from "../cli/a.ts";
      export { b } from "../node/b.ts";
      type C = import("../replay/c.ts").C;
      const d = await import("node:fs");
      console.log(process.stdout, x.process, { Buffer: 1 }, a as Buffer);
      // import "./comment.ts"; and "import './text.ts'"
    `);
    expect(imports).toEqual(["../cli/a.ts", "../node/b.ts", "../replay/c.ts", "node:fs"]);
    expect(names).toContain("console.log");
    expect(names).toContain("process.stdout");
    expect(names).toContain("Buffer");
    expect(names.filter((name) => name.startsWith("process"))).toEqual(["process.stdout"]);
  });
});

test("a test file that mocks a module has a process of its own", () => {
  const mocks = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .map((file) => join("test", file).replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => /^vi\.mock\(/m.test(readFileSync(join(ROOT, file), "utf8")));
  expect(mocks.length).toBeGreaterThan(0);
  expect(ALONE).toEqual(expect.arrayContaining(mocks));
});

test("the top of the repository holds what it should", () => {
  const ignored = new Set(
    [...ignoredEntries(), ".git", ".rewind", "node_modules", "dist", "coverage"].map((name) =>
      name.replace(/\/$/, ""),
    ),
  );
  const names = readdirSync(ROOT).filter((name) => !ignored.has(name) && !name.startsWith("."));
  expect(names.sort()).toEqual(
    [
      ...["package.json", "package-lock.json", "tsconfig.json"],
      ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"],
      ...["src", "bin", "test", "docs", "fixtures", "scripts"],
    ].sort(),
  );
  expect(statSync(join(ROOT, ".ci/run")).mode & 0o111, ".ci/run is executable").not.toBe(0);
});

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** The module of src that it names; undefined for a package. */
  readonly target: string | undefined;
}

/** Every import that breaks a rule, as text. */
function everyImport(broken: (found: Import) => boolean): string[] {
  return modules.flatMap(({ file, imports }) =>
    imports
      .map((specifier) => ({ file, specifier, target: targetOf(file, specifier) }))
      .filter(broken)
      .map(({ specifier }) => `src/${file} imports ${specifier}`),
  );
}

/** The first circle that is found, from a file back to it; empty when there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    const at = path.indexOf(file);
    if (at !== -1) return [...path.slice(at), file];
    if (done.has(file)) return [];
    for (const target of graph.get(file) ?? []) {
      const circle = visit(target, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

function uses(some: typeof modules, broken: (name: string) => boolean): string[] {
  return some.flatMap(({ file, names }) =>
    names.filter(broken).map((name) => `src/${file} uses ${name}`),
  );
}

function targetOf(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return relative(SRC, join(SRC, dirname(file), specifier)).replaceAll("\\", "/");
}

function floorOf(file: string): string {
  const [top = "", ...below] = file.split("/");
  return FACE.includes(top) ? "face" : below.length > 0 ? top : "";
}

/** The folder of a file inside its floor; "" for a file of the floor itself. */
function wingOf(file: string): string {
  const parts = file.split("/");
  return parts.length > 2 ? (parts[1] as string) : "";
}

/** The sets of modules that reach each other by imports, sorted. */
function cycles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const reachable = new Map([...imports.keys()].map((file) => [file, reachedFrom(file, imports)]));
  const rings = new Map<string, string[]>();
  for (const [file, reached] of reachable) {
    if (!reached.has(file)) continue;
    const ring = [...reached].filter((other) => reachable.get(other)?.has(file) === true).sort();
    rings.set(ring.join(), ring);
  }
  return [...rings.values()].sort();
}

/** Every module that a module imports, directly or through others. */
function reachedFrom(start: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(imports.get(start) ?? [])];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    waiting.push(...(imports.get(file) ?? []));
  }
  return reached;
}

function rank(file: string): number {
  return FLOORS.indexOf(floorOf(file) as (typeof FLOORS)[number]);
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** A name that a source imports from a module, or exports again from there. */
interface Named {
  readonly specifier: string;
  readonly name: string;
  readonly exported: boolean;
}

/**
 * The modules that a source imports in any way, and the names of theirs; the names that it uses and
 * does not declare; and the members that it reads, also those that it takes apart.
 */
function read(text: string): {
  readonly imports: string[];
  readonly named: Named[];
  readonly names: string[];
  readonly members: string[];
} {
  const source = ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest, true);
  const imports: string[] = [];
  const names: string[] = [];
  const named: Named[] = [];
  const members: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) named.push(...namedBy(node));
    if (ts.isPropertyAccessExpression(node)) members.push(node.name.text);
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      members.push((node.propertyName ?? node.name).getText());
    }
    const specifier = specifierIn(node);
    if (specifier !== undefined) imports.push(specifier);
    if (ts.isIdentifier(node) && isUse(node)) names.push(nameWithMember(node));
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && !node.arguments?.length) {
      if (node.expression.getText() === "Date") names.push(node.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { imports, named, names, members };
}

function namedBy(node: ts.ImportSpecifier | ts.ExportSpecifier): Named[] {
  const from = ts.isImportSpecifier(node) ? node.parent.parent.parent : node.parent.parent;
  const { moduleSpecifier } = from as ts.ImportDeclaration | ts.ExportDeclaration;
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
  const name = (node.propertyName ?? node.name).text;
  return [{ specifier: moduleSpecifier.text, name, exported: ts.isExportSpecifier(node) }];
}

function specifierIn(node: ts.Node): string | undefined {
  let named: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) named = node.moduleSpecifier;
  else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    named = node.argument.literal;
  } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    named = node.arguments[0];
  }
  return named !== undefined && ts.isStringLiteralLike(named) ? named.text : undefined;
}

/** Whether an identifier stands for a value or a type, rather than naming a member or a key. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  return !(parent as { name?: ts.Node }).name || (parent as { name?: ts.Node }).name !== node;
}

function nameWithMember(node: ts.Identifier): string {
  const { parent } = node;
  return ts.isPropertyAccessExpression(parent) ? `${node.text}.${parent.name.text}` : node.text;
}

/** What Git ignores at the top, if this is a clone. */
function ignoredEntries(): string[] {
  try {
    const args = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory"];
    const output = execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" });
    return output.split("\n").filter((line) => /^[^/]+\/?$/.test(line));
  } catch {
    return [];
  }
}
