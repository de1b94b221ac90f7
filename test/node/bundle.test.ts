import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { bundle } from "../../src/node/bundle.ts";
import { engineVersion } from "../../src/node/packages.ts";
import { installed, project, put, WALK } from "./project.ts";

const FILES = {
  "src/walk.ts": `
    import { size, type Size } from "./lib/size.ts";
    import table from "../data/table.json";
    import { defineSimulation } from "rewind-engine";
    import * as random from "rewind-engine/random";
    import leftpad from "leftpad/part";
    import { readFileSync } from "node:fs";
    import "./lib/noise";
    const scale: Size = size;
    export const later = () => import("./lib/later.js");
    export const used = [table, random, leftpad, readFileSync, scale];
    export default defineSimulation(${WALK});`,
  "src/lib/size.ts": "export type Size = number; export const size: Size = 1; // a comment",
  "src/lib/noise.js": 'console.log("noise");',
  "src/lib/later.ts": "export const late = true;",
  "data/table.json": '{ "rows": [1, 2, 3] }',
  ...installed("leftpad", "1.3.0", "export default 1;"),
};

describe("what is in a bundle", () => {
  test("local files, types erased; packages stay imports, with their versions", async () => {
    const root = await project(FILES);
    const { code, module, packages, inputs } = await bundle({ root, module: "src/walk.ts" });
    expect(module).toBe("src/walk.ts");
    expect(packages).toEqual([
      ["leftpad", "1.3.0"],
      ["rewind-engine", engineVersion()],
    ]);
    expect(engineVersion()).toMatch(/^\d+\.\d+\.\d+/);
    expect(inputs).toEqual([
      "data/table.json",
      "src/lib/later.ts",
      "src/lib/noise.js",
      "src/lib/size.ts",
      "src/walk.ts",
    ]);
    expect(code).toContain('from "leftpad/part";');
    expect(code).toContain('from "rewind-engine";');
    expect(code).toContain("rows: [1, 2, 3]");
    expect(code).toContain('console.log("noise");');
    expect(code).toContain("late = true");
    expect(code).not.toMatch(/a comment|: Size|import\("/);
  });

  test("an import of types alone is no import", async () => {
    const root = await project({
      "m.ts": `import type { Simulation } from "rewind-engine"; import type { X } from "nowhere";
        const walk: Simulation | X = ${WALK}; export default walk;`,
    });
    expect((await bundle({ root, module: "m.ts" })).packages).toEqual([]);
  });

  test("a scoped package goes by its two names", async () => {
    const files = installed("@team/lib", "2.0.0", "export default 1;");
    const root = await project({ "m.ts": 'export * from "@team/lib/part.js";', ...files });
    expect((await bundle({ root, module: "m.ts" })).packages).toEqual([["@team/lib", "2.0.0"]]);
  });

  test("the project's tsconfig.json holds", async () => {
    const root = await project({
      "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./lib/*"] } } }',
      "m.ts": 'export { a } from "@/a.ts";',
      "lib/a.ts": "export const a = 7;",
    });
    const { code, sources } = await bundle({ root, module: "m.ts" });
    expect(code).toContain("a = 7");
    expect(sources.map(({ path }) => path)).toEqual(["lib/a.ts", "m.ts", "tsconfig.json"]);
  });

  test("import.meta is empty, so that the program is tied to no folder", async () => {
    const root = await project({ "m.ts": "export const at = import.meta.url ?? 'nowhere';" });
    expect((await bundle({ root, module: "m.ts" })).code).not.toContain("import.meta.url");
  });

  test("text that reads as an import of the engine is kept apart from one", async () => {
    const root = await project({
      "m.ts":
        'import { mark } from "rewind-engine";\nexport const text = `\nimport "rewind-engine";\n`, m = mark;',
    });
    const { code } = await bundle({ root, module: "m.ts" });
    expect(code).toContain("'\\nimport \"rewind-engine\";\\n'");
  });
});

describe("the bytes depend on the project's files alone", () => {
  const code = async (root: string, module = "src/walk.ts"): Promise<string> =>
    (await bundle({ root, module })).code;

  test("not on where it lies, the working directory, or how the module is named", async () => {
    const [a, b] = [await project(FILES), await project({})];
    const deep = join(b, "deeper/and deeper");
    for (const [path, text] of Object.entries(FILES)) await put(deep, path, text);
    const first = await code(a);
    expect(await code(deep)).toBe(first);
    expect(await code(a, join(a, "src/walk.ts"))).toBe(first);
    const before = process.cwd();
    onTestFinished(() => process.chdir(before));
    process.chdir(join(a, "src"));
    expect(await code(a)).toBe(first);
    expect(first).not.toContain("rewind-project-");
  });

  test("not on package.json and tsconfig.json above it", async () => {
    // Each of these changes what esbuild makes of a folder below, unless it is kept from it.
    const files = {
      "m.js":
        'import c from "./c.cjs"; import { unused } from "./n.js"; import "./n.js"; import { A } from "./a.ts"; import "pad"; console.log(c, A);',
      ...installed("pad", "1.0.0", ""),
      "n.js": 'console.log("noise"); export const unused = 1;',
      "a.ts": "export class A { x = 1; }",
      "c.cjs": "exports.__esModule = true; exports.default = 1;",
    };
    const above = await project({
      "package.json": '{ "type": "module", "sideEffects": false }',
      "tsconfig.json":
        '{ "compilerOptions": { "useDefineForClassFields": false, "paths": { "pad": ["./in/n.js"] } } }',
    });
    for (const [path, text] of Object.entries(files)) await put(above, `in/${path}`, text);
    expect(await code(join(above, "in"), "m.js")).toBe(await code(await project(files), "m.js"));
  });

  test("not on a symbolic link by which the project is reached", async () => {
    const root = await project({ ...FILES, "links/.keep": "" });
    await symlink(root, join(root, "links/again"), "dir");
    expect(await code(join(root, "links/again"))).toBe(await code(root));
  });
});

describe("what is refused", () => {
  const failing = async (files: Record<string, string>, module = "m.ts"): Promise<unknown> => {
    const root = await project(files);
    return bundle({ root, module }).then(
      () => "bundled",
      (error) => `${error.code} ${error.message}`,
    );
  };

  test("a syntax error, in one line with its place", async () => {
    expect(await failing({ "m.ts": "\n\nexport const x = ;" })).toBe(
      'MODULE_FAILED m.ts:3:18: Unexpected ";"',
    );
    expect(await failing({ "m.ts": 'import "./lib/b.ts"', "lib/b.ts": "let a;\n  let a;" })).toBe(
      'MODULE_FAILED lib/b.ts:2:7: The symbol "a" has already been declared',
    );
  });

  test("a module that is not there, with the names that come near", async () => {
    expect(await failing({ "walk.ts": "", "walker.js": "", "notes.md": "" }, "wlak.ts")).toBe(
      "MODULE_NOT_FOUND the module wlak.ts does not exist; there is walk.ts",
    );
    expect(await failing({}, "walk.ts")).toBe("MODULE_NOT_FOUND the module walk.ts does not exist");
    expect(await failing({ "src/index.ts": "" }, "src")).toBe(
      `MODULE_NOT_FOUND the module src is a folder; there is ${join("src", "index.ts")}`,
    );
  });

  test("an import that is not there", async () => {
    expect(await failing({ "m.ts": 'import "./gone.ts";' })).toBe(
      'MODULE_FAILED m.ts:1:8: Could not resolve "./gone.ts"',
    );
    expect(await failing({ "m.ts": 'import "gone";' })).toBe(
      'MODULE_FAILED m.ts:1:8: the package "gone" is not installed',
    );
  });

  test("a file outside the project", async () => {
    const outside = await project({ "b.ts": "export {};", "in/m.ts": 'import "../b.ts";' });
    await expect(bundle({ root: join(outside, "in"), module: "m.ts" })).rejects.toThrow(
      "m.ts:1:8: ../b.ts lies outside the project folder",
    );
    await expect(bundle({ root: join(outside, "in"), module: "../b.ts" })).rejects.toThrow(
      "expected ../b.ts to lie in the project folder",
    );
    await mkdir(join(outside, "other"));
    await symlink(join(outside, "b.ts"), join(outside, "other/link.ts"));
    await expect(bundle({ root: join(outside, "other"), module: "link.ts" })).rejects.toThrow(
      "expected link.ts to lie in the project folder",
    );
  });

  test("files that are no code", async () => {
    for (const name of ["a.css", "a.wasm", "a.txt"]) {
      expect(await failing({ "m.ts": `import "./${name}";`, [name]: "" })).toBe(
        `MODULE_FAILED m.ts:1:8: ${name} cannot be part of a program: only TypeScript, JavaScript and JSON files can`,
      );
    }
  });

  test("what would load code that is not recorded", async () => {
    expect(await failing({ "m.ts": "export const f = (x) => import(x);" })).toMatch(
      /^MODULE_FAILED m\.ts:1:25: This "import" expression will not be bundled/,
    );
    expect(await failing({ "m.cjs": 'require("fs");' }, "m.cjs")).toMatch(/write import instead/);
    expect(await failing({ "m.ts": 'export const f = () => import("rewind-engine");' })).toMatch(
      /write an import statement/,
    );
    expect(await failing({ "m.ts": 'import "rewind-engine/other";' })).toMatch(
      /expected rewind-engine or rewind-engine\/random/,
    );
  });

  test("a package that the project folder does not see", async () => {
    const inner = Object.entries(installed("leftpad", "1.0.0", ""));
    const files = Object.fromEntries(inner.map(([path, text]) => [`sub/${path}`, text]));
    expect(await failing({ "sub/m.ts": 'import "leftpad";', ...files }, "sub/m.ts")).toMatch(
      /the package "leftpad" is not the one that is found from the project folder/,
    );
  });
});

test("esbuild is loaded only when something is bundled", async () => {
  const { readFile } = await import("node:fs/promises");
  const folder = fileURLToPath(new URL("../../src/node/", import.meta.url));
  for (const name of ["bundle.ts", "program-plugin.ts"]) {
    expect(await readFile(join(folder, name), "utf8")).not.toMatch(/^import (?!type).*"esbuild"/m);
  }
});
