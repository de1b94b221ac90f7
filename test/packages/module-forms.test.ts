import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { outputFile } from "fs-extra/esm";
import { describe, expect, test } from "vitest";
import { emptyProject, strangersProject } from "../support/run-cli.ts";

/** `(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))` */
const ADD = Buffer.from(
  "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b",
  "hex",
);

/** The same as `sum`, which calls the `add` that it imports from "./host.js". */
const CALL = Buffer.from(
  "0061736d0100000001070160027f7f017f021101092e2f686f73742e6a73036164640000" +
    "030201000707010373756d00010a0a0108002000200110000b",
  "hex",
);

const simulation = (step: string): string => `{ name: "form", init: () => 0, step: ${step} }`;

const FORMS: readonly [string, string, Readonly<Record<string, string | Buffer>>][] = [
  [
    "import.meta.url, and a data file beside the module",
    "lib/m.ts",
    {
      "lib/m.ts": `import { readFileSync } from "node:fs";
        const by = Number(readFileSync(new URL("./by.txt", import.meta.url), "utf8"));
        export default ${simulation("(x: number) => x + by")};`,
      "lib/by.txt": "2",
    },
  ],
  [
    "import.meta.dirname, and WebAssembly that is read as a file",
    "m.mjs",
    {
      "m.mjs": `import { readFileSync } from "node:fs"; import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
        const bytes = readFileSync(path.join(import.meta.dirname, "add.wasm"));
        const { instance } = await WebAssembly.instantiate(bytes);
        export default ${simulation("(x) => instance.exports.add(x, 2)")};`,
      "add.wasm": ADD,
    },
  ],
  [
    "require and exports.sim",
    "m.cjs",
    {
      "m.cjs": `const { defineSimulation } = require("rewind-engine");
        const { add } = require("./add.cjs");
        exports.sim = defineSimulation(${simulation("(x) => add(x, 2)")});`,
      "add.cjs": "exports.add = (a, b) => a + b;",
    },
  ],
  [
    "an ES module that was compiled to CommonJS",
    "m.cjs",
    {
      "m.cjs": `Object.defineProperty(exports, "__esModule", { value: true });
        exports.helper = 1; exports.default = ${simulation("(x) => x + 2")};`,
    },
  ],
  [
    "the bytes of WebAssembly, imported",
    "m.ts",
    {
      "m.ts": `import bytes from "./add.wasm";
        const { add } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
        export default ${simulation("(x) => add(x, 2)")};`,
      "add.wasm": ADD,
    },
  ],
  [
    "the exports of WebAssembly, imported by name",
    "m.ts",
    {
      "m.ts": `import { add } from "./add.wasm";
        export default ${simulation("(x) => add(x, 2)")};`,
      "add.wasm": ADD,
    },
  ],
  [
    "WebAssembly that imports a module, in a package",
    "m.ts",
    {
      "m.ts": `import * as wasm from "summer"; export default ${simulation("(x) => wasm.sum(x, 2)")};`,
      "node_modules/summer/package.json": '{ "name": "summer", "version": "1.0.0" }',
      "node_modules/summer/index.js": 'export * from "./sum.wasm";',
      "node_modules/summer/host.js": "export const add = (a, b) => a + b;",
      "node_modules/summer/sum.wasm": CALL,
    },
  ],
  [
    "any file, imported as bytes",
    "m.ts",
    {
      "m.ts": `import bytes from "./by.bin" with { type: "bytes" };
        export default ${simulation("(x) => x + bytes[0]")};`,
      "by.bin": Buffer.of(2),
    },
  ],
  [
    "a TypeScript package of the workspace",
    "app/m.ts",
    {
      "app/m.ts": `import { add, Unit } from "@town/model"; import type { By } from "@town/model";
        const by: By = 2; export default ${simulation("(x: number) => add(x, by) * Unit.One")};`,
      "package.json": '{ "name": "town", "workspaces": ["packages/*"] }',
      "packages/model/package.json":
        '{ "name": "@town/model", "version": "0.0.1", "exports": "./src/index.ts" }',
      "packages/model/src/index.ts": `export * from "./add.ts"; export enum Unit { One = 1 }`,
      "packages/model/src/add.ts":
        "export type By = number; export const add = (a: number, b: By): number => a + b;",
    },
  ],
];

describe.each(FORMS)("%s", (_, module, files) => {
  test("is recorded, and replayed in an empty folder elsewhere", async () => {
    const project = await emptyProject();
    for (const [name, content] of Object.entries(files)) {
      await outputFile(path.join(project.root, name), content);
    }
    if (module.startsWith("app/")) {
      await mkdir(path.join(project.root, "node_modules/@town"), { recursive: true });
      const from = path.join(project.root, "packages/model");
      await symlink(from, path.join(project.root, "node_modules/@town/model"), "junction");
    }
    await project.ok("record", module, "--steps", "100", "--block-size", "10");
    expect((await project.ok("get", "main@77")).stdout).toBe("154\n");
    await project.ok("save", "main", "-o", "run.replay");

    const elsewhere = await strangersProject();
    await elsewhere.ok("load", path.join(project.root, "run.replay"), "-b", "main");
    await elsewhere.ok("trust", "main");
    expect((await elsewhere.ok("verify", "main", "--full", "--json")).json.ok).toBe(true);
    expect((await elsewhere.ok("get", "main@77")).stdout).toBe("154\n");
  });
});

test.each([
  ["text", "m.ts:1:21: add.wasm is not a module of WebAssembly"],
  [
    Buffer.from(CALL.toString("latin1").replace("./host.js", "wasi/host"), "latin1"),
    'm.ts:1:21: add.wasm imports "wasi/host", which is not a file: import its bytes',
  ],
])("WebAssembly that cannot be part of a program", async (bytes, message) => {
  const project = await emptyProject();
  await project.write(
    "m.ts",
    `import { sum } from "./add.wasm"; export default ${simulation("sum")};`,
  );
  await outputFile(path.join(project.root, "add.wasm"), bytes);
  const { status, stderr } = await project.run("record", "m.ts", "--steps", "10");
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
});
