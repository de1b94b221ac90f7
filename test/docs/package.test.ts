import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPackage, Package } from "@arethetypeswrong/core";
import { publint } from "publint";
import { beforeAll, describe, expect, test } from "vitest";
import { generatorFamilies } from "../../src/random/generators.ts";
import { packedFiles } from "./packed.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), "utf8");

let files: readonly string[];
beforeAll(() => {
  expect(existsSync(fileURLToPath(new URL("dist/index.js", ROOT))), "npm run build").toBe(true);
  files = packedFiles();
});

describe("the package that npm pack makes", () => {
  test("has every file that package.json names", () => {
    const named = entries();
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((file) => !files.includes(file))).toEqual([]);
  });

  test("has every file that its pages link to", () => {
    const pages = files.filter((file) => file.endsWith(".md"));
    expect(pages).toEqual(expect.arrayContaining(["README.md", "CHANGELOG.md"]));
    const missing = pages.flatMap((page) =>
      linksOf(read(page))
        .map((link) => posix.join(posix.dirname(page), link))
        .filter((file) => !files.includes(file))
        .map((file) => `${page}: ${file}`),
    );
    expect(missing).toEqual([]);
  });

  test("has every module and declaration that its files import", () => {
    const imported = files.filter(isModule).flatMap(importsOf);
    expect([...new Set(imported)].filter((file) => !files.includes(file))).toEqual([]);
  });

  test("has no module and no declaration that nothing leads to", () => {
    const reached = new Set(entries());
    for (const file of reached) for (const found of importsOf(file)) reached.add(found);
    expect(files.filter((file) => isModule(file) && !reached.has(file))).toEqual([]);
  });

  test("has only modules that can be loaded", () => {
    const modules = files.filter((file) => /^dist\/.*\.js$/.test(file) && file !== WORKER);
    expect(modules.length).toBeGreaterThan(20);
    const code = modules.map(
      (file) => `await import(${JSON.stringify(new URL(file, ROOT).href)});`,
    );
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module"], {
      input: code.join("\n"),
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("has code in ASCII alone, which Node reads faster", () => {
    const modules = files.filter((file) => /^dist\/.*\.js$/.test(file));
    expect(modules.filter((file) => /\P{ASCII}/u.test(read(file)))).toEqual([]);
  });

  test("has nothing else in dist but the licences", () => {
    const others = files.filter((file) => file.startsWith("dist/") && !isModule(file));
    expect(others).toEqual(["dist/THIRD-PARTY.txt"]);
  });

  test("is as publint wants it", async () => {
    const { messages } = await publint({ pkgDir: fileURLToPath(ROOT), pack: false });
    expect(messages).toEqual([]);
  });

  test("has types that fit its modules, wherever they are resolved by exports", async () => {
    const { name, version } = JSON.parse(read("package.json"));
    const contents = files.map((file) => [`/node_modules/${name}/${file}`, read(file)]);
    const checked = await checkPackage(new Package(Object.fromEntries(contents), name, version));
    if (checked.types === false) return expect.fail("no types were found");
    // The package is of ES modules alone, and TypeScript's oldest resolution knows no exports.
    const known = ["NoResolution node10", "CJSResolvesToESM node16-cjs"];
    const problems = checked.problems.map(({ kind, ...problem }) =>
      "resolutionKind" in problem ? `${kind} ${problem.resolutionKind}` : kind,
    );
    expect(problems.filter((problem) => !known.includes(problem))).toEqual([]);
  });

  test("has the code once, without tests and sources", () => {
    const code = files.filter((file) => /\.[jt]s$/.test(file) && !file.endsWith(".d.ts"));
    const others = code.filter((file) => !/^(?:dist\/chunks|fixtures\/simulations)\//.test(file));
    expect(others.sort()).toEqual([
      "bin/rewind.js",
      "dist/cli/main.js",
      "dist/index.js",
      WORKER,
      "dist/plot.js",
      "dist/random.js",
      ...generatorFamilies()
        .map((family) => `dist/random/${family}/index.js`)
        .sort(),
    ]);
  });
});

/** The files that the package names to those that use it. */
/** What a thread begins with: no module imports it. */
const WORKER = "dist/node/workers/worker.js";

function entries(): string[] {
  const { bin, exports } = JSON.parse(read("package.json"));
  return [
    WORKER,
    ...Object.values(bin as Record<string, string>),
    ...Object.values(exports as Record<string, Record<string, string>>).flatMap(Object.values),
  ].flatMap((path) => filled(posix.normalize(path)));
}

function isModule(file: string): boolean {
  return file.startsWith("dist/") && /\.(?:js|d\.ts)$/.test(file);
}

/** The modules or the declarations of this package that a file imports. */
function importsOf(file: string): string[] {
  return [...codeOf(file).matchAll(/(?:from|import) ?\(?["`](\.[^"`]+)["`]/g)].map(
    ([, path = ""]) => {
      const found = posix.join(posix.dirname(file), path);
      return file.endsWith(".d.ts") ? found.replace(/(?:\.d)?\.[jt]s$/, ".d.ts") : found;
    },
  );
}

/** The files of a pattern: of `./random/*`, one for each generator. */
function filled(path: string): string[] {
  return path.includes("*")
    ? generatorFamilies().map((family) => path.replace("*", family))
    : [path];
}

/** A module without its comments, which may show imports. */
function codeOf(file: string): string {
  return file.endsWith(".d.ts") ? read(file).replace(/\/\*[\s\S]*?\*\//g, "") : read(file);
}

/** The files that a page links to, without their anchors. */
function linksOf(page: string): string[] {
  return [...page.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, link]) => link as string)
    .filter((link) => !/^[a-z]+:/.test(link));
}
