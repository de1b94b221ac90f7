import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
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
    const { bin, exports } = JSON.parse(read("package.json"));
    const named = [
      ...Object.values(bin as Record<string, string>),
      ...Object.values(exports as Record<string, Record<string, string>>).flatMap(Object.values),
    ].flatMap((path) => filled(posix.normalize(path)));
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
    const missing = files
      .filter((file) => file.startsWith("dist/") && /\.(?:js|d\.ts)$/.test(file))
      .flatMap((file) =>
        [...codeOf(file).matchAll(/(?:from|import) ?\(?"(\.[^"]+)"/g)].map(([, path = ""]) => {
          const found = posix.join(posix.dirname(file), path);
          return file.endsWith(".d.ts") ? found.replace(/(?:\.d)?\.[jt]s$/, ".d.ts") : found;
        }),
      )
      .filter((file) => !files.includes(file));
    expect([...new Set(missing)]).toEqual([]);
  });

  test("has the code once, without tests and sources", () => {
    const code = files.filter((file) => /\.[jt]s$/.test(file) && !file.endsWith(".d.ts"));
    const others = code.filter((file) => !/^(?:dist\/chunks|fixtures\/simulations)\//.test(file));
    expect(others.sort()).toEqual([
      "bin/rewind.js",
      "dist/cli/main.js",
      "dist/index.js",
      "dist/random.js",
      ...generatorFamilies()
        .map((family) => `dist/random/${family}/index.js`)
        .sort(),
    ]);
  });
});

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
