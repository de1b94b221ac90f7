import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

/**
 * The floors of `src`, lowest first. Code may import from its own floor and from those below it.
 * `src/repository.ts` and `src/index.ts` are one floor, the public face.
 */
const FLOORS = [
  "base",
  "codec",
  "random",
  "object",
  "store",
  "replay",
  "history",
  "remote",
  "node",
  "face",
  "cli",
] as const;

/** Where each package may be imported: there and nowhere else. */
const PACKAGES: Readonly<Record<string, (file: string) => boolean>> = {
  "cbor-x": (file) => file === "codec/cbor.ts",
  "@noble/hashes": (file) => file === "codec/hash.ts",
  diff: (file) => file === "cli/commands/diff/source-diff.ts",
  esbuild: (file) => floorOf(file) === "node",
  "get-east-asian-width": (file) => file === "cli/terminal/width.ts",
  yargs: (file) => file === "cli/arguments.ts" || file === "cli/command.ts",
};

/** Where Node's modules may be imported. `repository.ts` opens folders, so it is at home on Node. */
const ON_NODE: ReadonlySet<string> = new Set(["node", "face", "cli"]);

/** What a browser has not: names that no file below `src/node` may use. */
const NODE_GLOBALS: ReadonlySet<string> = new Set([
  "process",
  "Buffer",
  "NodeJS",
  "require",
  "__dirname",
  "__filename",
  "setImmediate",
]);

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SRC = join(ROOT, "src");

const modules = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .sort()
  .map((file) => ({ file, ...read(readFileSync(join(SRC, file), "utf8")) }));

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

  test("each package is imported where it belongs, and no other is", () => {
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

  test("below src/node nothing uses what a browser has not", () => {
    const below = modules.filter(({ file }) => rank(file) < FLOORS.indexOf("node"));
    expect(uses(below, (name) => NODE_GLOBALS.has(name.split(".")[0] as string))).toEqual([]);
  });

  test("only src/cli prints, and nothing but bin/rewind.js exits", () => {
    // A program may print: what it prints, its realm hands on to stderr.
    const others = modules.filter(
      ({ file }) => floorOf(file) !== "cli" && !file.startsWith("node/program/realm/"),
    );
    const prints = (name: string): boolean => /^(console|process\.std(out|err))\b/.test(name);
    expect(uses(others, prints)).toEqual([]);
    expect(uses(modules, (name) => /^process\.(exit|exitCode|abort)$/.test(name))).toEqual([]);
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
      ...["src", "bin", "test", "fixtures"],
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
  if (below.length > 0) return top;
  return top === "repository.ts" || top === "index.ts" ? "face" : "";
}

function rank(file: string): number {
  return FLOORS.indexOf(floorOf(file) as (typeof FLOORS)[number]);
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The modules that a source imports in any way, and the names that it uses and does not declare. */
function read(text: string): { readonly imports: string[]; readonly names: string[] } {
  const source = ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest, true);
  const imports: string[] = [];
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierIn(node);
    if (specifier !== undefined) imports.push(specifier);
    if (ts.isIdentifier(node) && isUse(node)) names.push(nameWithMember(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { imports, names };
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

/** What Git ignores at the top, where this is a clone. */
function ignoredEntries(): string[] {
  try {
    const args = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory"];
    const output = execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" });
    return output.split("\n").filter((line) => /^[^/]+\/?$/.test(line));
  } catch {
    return [];
  }
}
