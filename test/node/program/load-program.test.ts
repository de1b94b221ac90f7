import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { initRepository } from "../../../src/index.ts";
import { nodeEnvironment } from "../../../src/node/host/environment.ts";
import { nodeGuard } from "../../../src/node/host/guard-node.ts";
import { bundle } from "../../../src/node/program/bundle.ts";
import { recordedCapture } from "../../../src/node/program/captured-inputs.ts";
import type { Engine } from "../../../src/node/program/engine-bridge.ts";
import { type LoadOptions, loadProgram } from "../../../src/node/program/load-program.ts";
import { generatorFamilies } from "../../../src/random/generators.ts";
import { recordInto } from "../../../src/replay/run/open-run.ts";
import { installed, project, put, standInEngine, WALK } from "../../support/project-folder.ts";

/** Bundles `module` in `root` and returns what `loadProgram` needs. */
async function programOf(root: string, module = "m.ts", engine?: Engine): Promise<LoadOptions> {
  const own = engine && { engine };
  const { code, externals } = await bundle({ root, module, ...own });
  return { code, externals, module, root, ...own };
}

async function load(
  files: Record<string, string>,
  more: { readonly exportName?: string; readonly isNew?: boolean } = {},
): Promise<string> {
  const options = await programOf(await project(files));
  return loadProgram({ ...options, ...more }).then(
    ({ exportName, simulation }) => `${exportName}: ${simulation.name}`,
    (error) => `${error.code} ${error.message}`,
  );
}

describe("a program runs from memory", () => {
  test("with Node's own modules, and waits for what it awaits", async () => {
    const root = await project({
      "m.ts": `import { sep } from "node:path"; import os from "os"; import * as url from "url";
        import { basename } from "path"; basename("");
        const { join } = require("path"); const name = await Promise.resolve("walk");
        export const used = [sep, os.EOL, url.fileURLToPath, join];
        export default { ...${WALK}, name: [name, ...used.map((x) => typeof x)].join(" ") };`,
    });
    const { simulation, exportName } = await loadProgram(await programOf(root));
    expect([simulation.name, exportName]).toEqual([
      "walk string string function function",
      "default",
    ]);
  });

  test("gets this engine as rewind-engine, although it is not installed", async () => {
    const root = await project({
      "m.ts": `import { defineSimulation } from "rewind-engine";
        import * as random from "rewind-engine/random";
        const all = import("rewind-engine");
        export const text = 'import { mark } from "rewind-engine";';
        export default defineSimulation({ ...${WALK}, name: [random.mark, (await all).mark, text].join(" ") });`,
    });
    const engine = await standInEngine();
    const { simulation } = await loadProgram(await programOf(root, "m.ts", engine));
    expect(simulation.name).toBe('random main import { mark } from "rewind-engine";');
  });

  test("finds its place below /project, and is never the main module", async () => {
    const root = await project({
      "lib/m.ts": `export const main = import.meta.url === "file://" + process.argv[1];
        export default { ...${WALK}, name: [import.meta.url, import.meta.dirname, __filename,
          new URL("./a b.csv", import.meta.url), main].join(" ") };`,
    });
    const { simulation } = await loadProgram(await programOf(root, "lib/m.ts"));
    expect(simulation.name).toBe(
      "file:///project/lib/m.ts /project/lib /project/lib/m.ts file:///project/lib/a%20b.csv false",
    );
  });

  test("as production code, whatever NODE_ENV is here", async () => {
    const root = await project({
      "m.ts": `export default { ...${WALK}, name: String(process.env.NODE_ENV) };`,
    });
    expect((await loadProgram(await programOf(root))).simulation.name).toBe("production");
  });

  test("with data: JSON, WebAssembly and text, in the project and in packages", async () => {
    const root = await project({
      "m.ts": `import json from "./a.json"; import { n } from "./a.json"; import wasm from "./empty.wasm";
        import csv from "./a.csv"; import glsl from "lib/shader.glsl"; import bytes from "./a.bin" with { type: "bytes" };
        const module = new WebAssembly.Module(wasm);
        export default { ...${WALK}, name: JSON.stringify([json, n, wasm instanceof Uint8Array,
          WebAssembly.Module.exports(module), csv, glsl, [...bytes]]) };`,
      ...{ "a.json": '{ "n": -0.5, "__proto__": 1e999 }', "a.csv": "x,y\n1,2\n", "a.bin": "AB" },
      ...{ "empty.wasm": "\0asm\x01\0\0\0", "node_modules/lib/shader.glsl": "void main() {}" },
      "node_modules/lib/package.json": '{ "name": "lib", "version": "1.0.0" }',
    });
    const { simulation } = await loadProgram(await programOf(root));
    expect(JSON.parse(simulation.name)).toEqual([
      JSON.parse('{ "n": -0.5, "__proto__": null }'),
      ...[-0.5, true, [], "x,y\n1,2\n", "void main() {}", [65, 66]],
    ]);
  });
});

describe("another instance", () => {
  const COUNTER = `let n = 0; export const count = () => ++n;`;

  test("has variables of its own: the module's, other files' and packages'", async () => {
    const root = await project({
      "m.ts": `import { count } from "./count.ts"; import { count as packed } from "counter";
        import common from "common"; let own = 0;
        export default { ...${WALK}, init: () => 0, step: () => [++own, count(), packed(), common.n++] };`,
      "count.ts": COUNTER,
      ...installed("counter", "1.0.0", COUNTER),
      "node_modules/common/index.js": "exports.n = 1;",
      "node_modules/common/package.json": '{ "name": "common", "version": "1.0.0" }',
    });
    const { simulation, fresh } = await loadProgram(await programOf(root));
    const step = (one: typeof simulation): unknown => one.step(0, {} as never, {} as never);
    expect([step(simulation), step(simulation)]).toEqual([
      [1, 1, 1, 1],
      [2, 2, 2, 2],
    ]);
    expect(step((await fresh()).simulation)).toEqual([1, 1, 1, 1]);
    expect(step(simulation)).toEqual([3, 3, 3, 3]);
  });

  test("is freed when nothing uses it", async () => {
    const { setFlagsFromString } = await import("node:v8");
    const { runInNewContext } = await import("node:vm");
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const root = await project({ "m.ts": `export default { ...${WALK}, big: new Array(1e6) };` });
    const { fresh } = await loadProgram(await programOf(root));
    const seen = new WeakRef(await fresh());
    for (let i = 0; i < 50 && seen.deref() !== undefined; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      collect();
    }
    expect(seen.deref()).toBeUndefined();
  });
});

describe("a program with packages", () => {
  const FILES = {
    "m.ts": `import pad from "leftpad"; import { mark } from "rewind-engine";
      export default { ...${WALK}, name: pad + mark };`,
    ...installed("leftpad", "1.3.0", 'export default "pad of ";'),
  };

  test("runs where none of them is installed", async () => {
    const root = await project(FILES);
    const options = await programOf(root, "m.ts", await standInEngine());
    const elsewhere = { ...options, root: await project({}) };
    expect((await loadProgram(elsewhere)).simulation.name).toBe("pad of main");
  });

  test("imports CommonJS as Node does: the default is module.exports", async () => {
    const root = await project({
      "m.ts": `import all, { named, late } from "common"; import fn, { prop } from "./fn.cjs";
        export default { ...${WALK}, name: JSON.stringify([all, named, late, fn(), prop]) };`,
      "fn.cjs": "module.exports = () => 1; module.exports.prop = 2;",
      "node_modules/common/package.json": '{ "name": "common", "version": "1.0.0" }',
      "node_modules/common/index.js": `Object.defineProperty(exports, "__esModule", { value: true });
        exports.default = 1; exports.named = 2;
        Object.defineProperty(exports, "late", { enumerable: true, get: () => 3 });
        try { require("not-there") } catch (error) { exports.code = error.code }`,
    });
    const { simulation } = await loadProgram(await programOf(root));
    const all = { default: 1, named: 2, late: 3, code: "MODULE_NOT_FOUND" };
    expect(JSON.parse(simulation.name)).toEqual([all, 2, 3, 1, 2]);
  });
});

/** A simulation that carries the exports of a module, for these tests. */
interface Given {
  readonly given: Readonly<Record<string, unknown>>;
}

test("the engine is by default the one that runs", async () => {
  const root = await project({
    "m.ts": `import * as given from "rewind-engine/random"; export default { ...${WALK}, given };`,
  });
  const { given } = (await loadProgram(await programOf(root))).simulation as unknown as Given;
  const own: Record<string, unknown> = await import("../../../src/random.ts");
  expect(Object.keys(own)).not.toEqual([]);
  for (const name of Object.keys(own)) expect(given[name]).toBe(own[name]);
});

test.each(generatorFamilies())("a program can import the generator %s alone", async (family) => {
  const root = await project({
    "m.ts": `import * as given from "rewind-engine/random/${family}"; export default { ...${WALK}, given };`,
  });
  const { given } = (await loadProgram(await programOf(root))).simulation as unknown as Given;
  const own: Record<string, unknown> = await import(`../../../src/random/${family}/index.ts`);
  expect(Object.keys(own).sort()).toEqual([family, `${family}Algorithm`]);
  for (const name of Object.keys(own)) expect(given[name]).toBe(own[name]);
});

describe("which export", () => {
  const NAMED = (name: string): string => WALK.replace("walk", name);

  test.each([
    ["the default", `export default ${NAMED("a")}; export const b = ${NAMED("b")};`, "default: a"],
    ["the only one", `export const f = () => 1; export const b = ${NAMED("b")};`, "b: b"],
    [
      "the default is not a simulation",
      `export default 1; export const b = ${NAMED("b")};`,
      "b: b",
    ],
    [
      "several",
      `export const b = ${NAMED("b")}; export const a = ${NAMED("a")};`,
      "EXPORT_NOT_FOUND m.ts exports several simulations, a, b: name one, as m.ts#a",
    ],
    [
      "none",
      "export const f = 1; export const g = 2;",
      "INVALID_SIMULATION expected m.ts to export a simulation, an object with name, init and step; it exports f, g",
    ],
    [
      "nothing",
      "console.assert(true);",
      "INVALID_SIMULATION expected m.ts to export a simulation, an object with name, init and step; it exports nothing",
    ],
    [
      "one with a mistake",
      'export default { name: "a", init() {} }; export const size = 1;',
      "INVALID_SIMULATION expected m.ts#default to be a simulation: expected step to be a function, got undefined",
    ],
  ])("%s", async (_, code, expected) => {
    expect(await load({ "m.ts": code })).toBe(expected);
  });

  test("a wanted one", async () => {
    const files = {
      "m.ts": `export default ${NAMED("a")}; export const b = ${NAMED("b")}, c = 1;`,
    };
    expect(await load(files, { exportName: "b" })).toBe("b: b");
    expect(await load(files, { exportName: "d" })).toBe(
      "EXPORT_NOT_FOUND expected m.ts to export d; it exports b, c, default",
    );
    expect(await load(files, { exportName: "c" })).toMatch(
      /^INVALID_SIMULATION expected m\.ts#c to be/,
    );
  });
});

describe("a misspelt member", () => {
  const MISSPELT = WALK.replace("{", '{ chanse: "run",');
  const MESSAGE = (name: string): string =>
    `INVALID_SIMULATION expected m.ts#${name} to be a simulation: unexpected member "chanse"; did you mean chance?`;

  test.each([
    ["the default", `export default ${MISSPELT};`, MESSAGE("default")],
    ["an export beside others", `export const f = 1; export const b = ${MISSPELT};`, MESSAGE("b")],
    [
      "a member that must be there",
      `export const f = 1; export const b = ${WALK.replace("init", "intial")};`,
      MESSAGE("b").replace("chanse", "intial").replace("chance", "init"),
    ],
    [
      "not of the export that is meant",
      `export default ${WALK}; export const b = ${MISSPELT};`,
      "default: walk",
    ],
    [
      "not of another object",
      `export const b = ${WALK}; export const c = { parms: {} };`,
      "b: walk",
    ],
  ])("is refused in a new program: %s", async (_, code, expected) => {
    expect(await load({ "m.ts": code }, { isNew: true })).toBe(expected);
  });

  test("does not keep a recorded program from replaying", async () => {
    const root = await project({ "m.ts": `export default ${MISSPELT};` });
    const { code: text, parts, externals } = await bundle({ root, module: "m.ts" });
    const loaded = await loadProgram({ code: text, externals, module: "m.ts", root });
    const { inputs = [], ...capture } = recordedCapture(loaded.captured);
    const source = {
      name: "walk",
      module: "m.ts",
      code: text,
      parts,
      externals,
      inputs,
      ...capture,
    };
    const old = await recordInto(nodeEnvironment(), { ...loaded, source }, { steps: 20, seed: 1 });
    await old.save(join(root, "old.replay"));

    const repo = await initRepository(root, { trust: true });
    onTestFinished(() => repo.close());
    const [{ run }] = await repo.load(join(root, "old.replay"), { branch: "old" });
    expect(await run.get(13)).toBe(await old.get(13));
    // What would record the same file anew is refused.
    const refused = MESSAGE("default").replace(/^\w+ /, "");
    const again = repo.record("m.ts", { cwd: root, steps: 5, seed: 1, branch: "new" });
    await expect(again).rejects.toThrow(refused);
    await expect(repo.branch("fork", "old@7", { program: "working" })).rejects.toThrow(refused);
  });
});

describe("a program that fails", () => {
  test("with its message and its cause", async () => {
    const options = await programOf(
      await project({ "m.ts": 'throw new TypeError("no data\\nmore");' }),
    );
    const error = await loadProgram(options).catch((error: Error) => error);
    expect(error).toMatchObject({
      code: "MODULE_FAILED",
      message: "m.ts failed while it was loaded: no data",
      cause: expect.objectContaining({ name: "TypeError", message: "no data\nmore" }),
    });
  });

  test("with something that is not an error", async () => {
    expect(await load({ "m.ts": "throw 7;" })).toBe(
      "MODULE_FAILED m.ts failed while it was loaded: 7",
    );
  });
});

test("what a module keeps of Math.random is refused in its steps", async () => {
  const root = await project({
    "m.ts": `const { random } = Math;
      export default { ...${WALK}, init: () => 0, step: (x) => x + random() };`,
  });
  const { simulation } = await loadProgram(await programOf(root));
  const step = (): unknown => simulation.step(0, {} as never, {} as never);
  expect(() => nodeGuard()(step)).toThrow("Math.random() was called in a step");
  expect(step).toThrow("Math.random()");
});

describe("in plain Node, without a test runner's module loader", () => {
  /** The output of `program`, which has `loadProgram` and `options`. */
  async function printed(files: Record<string, string>, program: string): Promise<string> {
    const root = await project(files);
    const { build } = await import("esbuild");
    await build({
      entryPoints: [
        fileURLToPath(new URL("../../../src/node/program/load-program.ts", import.meta.url)),
      ],
      bundle: true,
      format: "esm",
      platform: "node",
      outfile: join(root, "load.mjs"),
    });
    const options = await programOf(root, "m.ts", await standInEngine());
    const head = `import { loadProgram } from "./load.mjs"; const options = ${JSON.stringify(options)};`;
    await put(root, "run.mjs", `${head}\n${program}`);
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, "run.mjs")]);
    return stdout;
  }

  test("packages and the engine are found", async () => {
    const files = {
      "m.ts": `import pad from "leftpad"; import { mark } from "rewind-engine";
        export default { ...${WALK}, name: pad + mark };`,
      ...installed("leftpad", "1.3.0", 'export default "pad of ";'),
    };
    const program = "console.log((await loadProgram(options)).simulation.name);";
    expect(await printed(files, program)).toBe("pad of main\n");
  });

  test("stack traces have the module's name in place of its text", async () => {
    const files = { "m.ts": `export default { ...${WALK}, step() { throw new Error("no"); } };` };
    const program = `const { simulation } = await loadProgram(options);
      try { simulation.step(); } catch (error) { console.log(error.stack.split("\\n")[1]); }`;
    expect(await printed(files, program)).toMatch(/^ +at Object\.step \(rewind:m\.ts:\d+:\d+\)\n$/);
  });
});
