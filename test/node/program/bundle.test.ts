import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Bundle, bundle } from "../../../src/node/program/bundle.ts";
import { installed, project, put, WALK } from "../../support/project-folder.ts";

const FILES = {
  "src/walk.ts": `
    import { size, type Size } from "./lib/size.ts";
    import table from "../data/table.json";
    import { defineSimulation } from "rewind-engine";
    import * as random from "rewind-engine/random";
    import leftpad from "leftpad/part.js";
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
  "node_modules/leftpad/part.js": "export const unused = 2; export default 1;",
};

const packagesOf = ({ parts }: Bundle): (string | undefined)[] => parts.map((part) => part.package);

describe("the contents of a bundle", () => {
  test("local files, types erased; packages whole, as parts of their own", async () => {
    const root = await project(FILES);
    const bundled = await bundle({ root, module: "src/walk.ts" });
    const { code, parts, module, externals, inputs } = bundled;
    expect(module).toBe("src/walk.ts");
    expect(packagesOf(bundled)).toEqual([undefined, "leftpad@1.3.0", undefined]);
    expect(parts.map((part) => part.code).join("")).toBe(code);
    expect(externals).toEqual([]);
    expect(inputs).toEqual([
      "data/table.json",
      "src/lib/later.ts",
      "src/lib/noise.js",
      "src/lib/size.ts",
      "src/walk.ts",
    ]);
    expect(parts[1]?.code).toContain("// package:node_modules/leftpad/part.js");
    expect(parts[1]?.code).toContain("unused = 2");
    expect(code).toContain('var { defineSimulation } = __rewind_host("rewind-engine");');
    expect(code).toContain('var { readFileSync } = __rewind_host("node:fs");');
    expect(code).toContain("rows: [1, 2, 3]");
    expect(code).toContain('console.log("noise");');
    expect(code).toContain("late = true");
    expect(code).not.toMatch(/a comment|: Size|import\("|^import /m);
  });

  test("a file that esbuild writes in two pieces, the object of its exports before its imports", async () => {
    const root = await project({
      "m.ts": `import * as lib from "lib"; const text = \`
// package:node_modules/lib/main.js
\`; export default { ...${WALK}, text, of: (name) => lib[name] };`,
      ...installed("lib", "1.0.0", 'import { x } from "./x.js"; export const y = x;'),
      "node_modules/lib/x.js": "export const x = 1;",
    });
    const { code, parts } = await bundle({ root, module: "m.ts" });
    expect(code.match(/^\/\/ package:node_modules\/lib\/main.js$/gm)).toHaveLength(2);
    expect(parts.map((part) => part.code).join("")).toBe(code);
    const [lib, own] = ["lib@1.0.0", undefined].map((name) =>
      parts
        .filter((part) => part.package === name)
        .map((part) => part.code)
        .join(""),
    );
    expect(lib).toContain("x = 1");
    expect(own).toContain("main_exports[name]");
    expect(own).not.toContain("x = 1");
  });

  test("an import of types alone is not an import", async () => {
    const root = await project({
      "m.ts": `import type { Simulation } from "rewind-engine"; import type { X } from "nowhere";
        const walk: Simulation | X = ${WALK}; export default walk;`,
    });
    expect((await bundle({ root, module: "m.ts" })).code).not.toContain("__rewind_host");
  });

  test("a scoped package goes by its two names, one package is one part", async () => {
    const root = await project({
      "m.ts": 'export * from "@team/lib/part.js"; export { a } from "@team/lib/a.js";',
      ...installed("@team/lib", "2.0.0", "export default 1;"),
      "node_modules/@team/lib/part.js": "export const part = 1;",
      "node_modules/@team/lib/a.js": "export const a = 1;",
    });
    expect(packagesOf(await bundle({ root, module: "m.ts" }))).toContain("@team/lib@2.0.0");
  });

  test("a package's text is the same, whatever is used of it and whatever stands beside it", async () => {
    const root = await project({
      "a.ts": 'import { one } from "lib"; export default [one, 1];',
      "b.ts":
        'import * as lib from "lib"; import { sep } from "node:path"; const local = sep; export default [lib.two, local];',
      ...installed(
        "lib",
        "1.0.0",
        'import { sep } from "node:path"; const local = sep; export const one = 1; export const two = local;',
      ),
    });
    const text = async (module: string): Promise<string | undefined> =>
      (await bundle({ root, module })).parts.find((part) => part.package === "lib@1.0.0")?.code;
    expect(await text("a.ts")).toContain("two = local");
    expect(await text("b.ts")).toBe(await text("a.ts"));
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

  test("a file's own place is one below /project, so that the program is tied to no folder", async () => {
    const root = await project({ "a dir/m.ts": "export const at = import.meta.url;" });
    const { code } = await bundle({ root, module: "a dir/m.ts" });
    expect(code).toContain('"file:///project/a%20dir/m.ts"');
    expect(code).not.toContain("import.meta");
    expect(code).not.toContain("rewind-project-");
  });

  test("text like the comment before a file is not mistaken for one", async () => {
    const root = await project({
      "m.ts": "export const text = `\n// program:a.ts\n// program:m.ts\n`; export * from './a.ts';",
      "a.ts": "export const a = 1;",
    });
    const { code, parts } = await bundle({ root, module: "m.ts" });
    expect(code).toContain('"\\n// program:a.ts\\n// program:m.ts\\n"');
    expect(parts).toHaveLength(1);
  });
});

describe("the bytes depend on the project's files alone", () => {
  const code = async (root: string, module = "src/walk.ts"): Promise<string> =>
    (await bundle({ root, module })).code;

  test("not on its location, the working directory, or the form of the module's path", async () => {
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

  test("not on a symbolic link to the project", async () => {
    const root = await project({ ...FILES, "links/.keep": "" });
    await symlink(root, join(root, "links/again"), "dir");
    expect(await code(join(root, "links/again"))).toBe(await code(root));
  });
});

describe("refusals", () => {
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

  test("a missing module, with similar names", async () => {
    expect(await failing({ "walk.ts": "", "walker.js": "", "notes.md": "" }, "wlak.ts")).toBe(
      "MODULE_NOT_FOUND the module wlak.ts does not exist; there is walk.ts, walker.js",
    );
    expect(await failing({}, "walk.ts")).toBe("MODULE_NOT_FOUND the module walk.ts does not exist");
    expect(await failing({ "src/index.ts": "" }, "src")).toBe(
      `MODULE_NOT_FOUND the module src is a folder, not a file; there is ${join("src", "index.ts")}`,
    );
  });

  test("a missing import", async () => {
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
      "m.ts:1:8: ../b.ts is outside the project folder",
    );
    await expect(bundle({ root: join(outside, "in"), module: "../b.ts" })).rejects.toThrow(
      "expected ../b.ts to be in the project folder",
    );
    await mkdir(join(outside, "other"));
    await symlink(join(outside, "b.ts"), join(outside, "other/link.ts"));
    await expect(bundle({ root: join(outside, "other"), module: "link.ts" })).rejects.toThrow(
      "expected link.ts to be in the project folder",
    );
  });

  test("files that are neither code nor data", async () => {
    for (const name of ["a.css", "a.node", "a.png"]) {
      expect(await failing({ "m.ts": `import "./${name}";`, [name]: "" })).toBe(
        `MODULE_FAILED m.ts:1:8: ${name} cannot be part of a program: only code, JSON, WebAssembly and text can, and any other file by an import with { type: "bytes" }`,
      );
    }
  });

  test("imports of code that is not recorded", async () => {
    expect(await failing({ "m.ts": "export const f = (x) => import(x);" })).toMatch(
      /^MODULE_FAILED m\.ts:1:25: import\(\) of a computed name would load what is not recorded/,
    );
    expect(await failing({ "m.ts": "export const f = (x) => require(x);" })).toMatch(
      /^MODULE_FAILED m\.ts:1:25: require\(\) of a computed name would load what is not recorded/,
    );
    expect(await failing({ "m.ts": 'import "rewind-engine/other";' })).toMatch(
      /expected rewind-engine or rewind-engine\/random/,
    );
  });

  test("a name that a host's module does not have", async () => {
    const engine = 'import { defineSimulation, gone } from "rewind-engine";';
    expect(await failing({ "m.ts": `${engine} gone(defineSimulation);` })).toBe(
      'MODULE_FAILED m.ts:1:28: "rewind-engine" does not export "gone"',
    );
    expect(await failing({ "m.ts": 'import { nope } from "fs"; nope();' })).toBe(
      'MODULE_FAILED m.ts:1:10: "fs" does not export "nope"',
    );
  });

  test("an error behind what stands for a file's place has its own column", async () => {
    expect(await failing({ "m.ts": "const at = import.meta.url; const x = ;" })).toBe(
      'MODULE_FAILED m.ts:1:39: Unexpected ";"',
    );
    expect(await failing({ "m.ts": '// first\n"use strict"; __dirname; let x = ;' })).toBe(
      'MODULE_FAILED m.ts:2:34: Unexpected ";"',
    );
  });
});

test.each([
  ["a row of slashes", `${"/".repeat(3_000)}\n`],
  ["comments in a row", "/* */ ".repeat(3_000)],
  ["text like many comments", `${"/* ".repeat(3_000)} */`],
])("before a file that asks where it lies: %s", async (_, banner) => {
  const root = await project({ "m.ts": `${banner}"use strict"; export default import.meta.url;` });
  const { code } = await bundle({ root, module: "m.ts" });
  expect(code).toContain("file:///project/m.ts");
});

test("an import in a comment with a row of blanks is passed over", async () => {
  const blanks = " ".repeat(20_000);
  const text = `/* import${blanks}x${blanks}y */ import { readFileSync } from "node:fs"; export default typeof readFileSync;`;
  const { code } = await bundle({ root: await project({ "m.ts": text }), module: "m.ts" });
  expect(code).toContain("readFileSync");
});

test.each(["import$", "export$", "import_"])(
  "a long row of %s in a comment is read once",
  async (word) => {
    const text = `// ${word.repeat(40_000)}\nimport { readFileSync } from "node:fs"; export default typeof readFileSync;`;
    const { code } = await bundle({ root: await project({ "m.ts": text }), module: "m.ts" });
    expect(code).toContain("readFileSync");
  },
);

test("esbuild is loaded only when something is bundled", async () => {
  const { readFile } = await import("node:fs/promises");
  const folder = fileURLToPath(new URL("../../../src/node/program/", import.meta.url));
  for (const name of ["bundle.ts", "program-plugin.ts"]) {
    expect(await readFile(join(folder, name), "utf8")).not.toMatch(/^import (?!type).*"esbuild"/m);
  }
});
