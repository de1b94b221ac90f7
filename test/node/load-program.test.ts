import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { bundle } from "../../src/node/bundle.ts";
import { nodeGuard } from "../../src/node/guard-node.ts";
import { type LoadOptions, loadProgram } from "../../src/node/load-program.ts";
import { installed, project, put, standInEngine, WALK } from "./project.ts";

const PROGRAMS = ".rewind/local/programs";

/** Bundles `module` in `root` and gives what `loadProgram` needs. */
async function programOf(root: string, module = "m.ts"): Promise<LoadOptions> {
  const { code } = await bundle({ root, module });
  return { code, module, root, cacheDirectory: join(root, PROGRAMS) };
}

async function load(files: Record<string, string>, exportName?: string): Promise<string> {
  const options = await programOf(await project(files));
  return loadProgram(exportName === undefined ? options : { ...options, exportName }).then(
    ({ exportName, simulation }) => `${exportName}: ${simulation.name}`,
    (error) => `${error.code} ${error.message}`,
  );
}

const written = (root: string): Promise<string[]> => readdir(join(root, PROGRAMS)).catch(() => []);

describe("a program without packages", () => {
  test("runs from memory, with Node's own modules, and writes nothing", async () => {
    const root = await project({
      "m.ts": `import { sep } from "node:path"; import os from "os";
        await Promise.resolve(); export const used = [sep, os]; export default ${WALK};`,
    });
    const { simulation, exportName } = await loadProgram(await programOf(root));
    expect([simulation.name, exportName]).toEqual(["walk", "default"]);
    expect(await written(root)).toEqual([]);
  });

  test("gets this engine as rewind-engine, though none is installed", async () => {
    const root = await project({
      "m.ts": `import { defineSimulation, mark } from "rewind-engine";
        import * as random from "rewind-engine/random";
        export const text = 'import { mark } from "rewind-engine";';
        export default defineSimulation({ ...${WALK}, name: [mark, random.mark, text].join(" ") });`,
    });
    const engine = await standInEngine();
    const { simulation } = await loadProgram({ ...(await programOf(root)), engine });
    expect(simulation.name).toBe('main random import { mark } from "rewind-engine";');
    expect(await written(root)).toEqual([]);
  });
});

test("the engine is by default the one that runs", async () => {
  const root = await project({
    "m.ts": `import * as types from "rewind-engine/random"; export default { ...${WALK}, types };`,
  });
  const { simulation } = await loadProgram(await programOf(root));
  const own: Record<string, unknown> = await import("../../src/random/index.ts");
  expect(Object.keys(own)).not.toEqual([]);
  for (const name of Object.keys(own)) expect(simulation.types?.[name]).toBe(own[name]);
});

describe("a program with packages", () => {
  const FILES = {
    "m.ts": `import pad from "leftpad"; import { mark } from "rewind-engine";
      export default { ...${WALK}, name: pad + mark };`,
    ...installed("leftpad", "1.3.0", 'export default "pad of ";'),
  };

  test("runs from a file that names no path of this machine", async () => {
    const root = await project(FILES);
    const options = { ...(await programOf(root)), engine: await standInEngine() };
    expect((await loadProgram(options)).simulation.name).toBe("pad of main");
    const [file = "", ...others] = await written(root);
    expect(file).toMatch(/^[0-9a-f]{64}\.mjs$/);
    expect(others).toEqual([]);
    expect(await readFile(join(root, PROGRAMS, file), "utf8")).not.toContain("rewind-project-");
    expect((await loadProgram(options)).simulation.name).toBe("pad of main");
    expect(await written(root)).toEqual([file]);
  });

  test("is not run from a file that was tampered with", async () => {
    const root = await project(FILES);
    const options = { ...(await programOf(root)), engine: await standInEngine() };
    await loadProgram(options);
    const [file = ""] = await written(root);
    const text = await readFile(join(root, PROGRAMS, file), "utf8");
    await writeFile(join(root, PROGRAMS, file), "export default 1;");
    await loadProgram(options);
    expect(await readFile(join(root, PROGRAMS, file), "utf8")).toBe(text);
  });

  test("says so where it cannot be written", async () => {
    const root = await project({ ...FILES, blocked: "" });
    const options = { ...(await programOf(root)), engine: await standInEngine() };
    const cacheDirectory = join(root, "blocked/programs");
    await expect(loadProgram({ ...options, cacheDirectory })).rejects.toMatchObject({
      code: "FILE_FAILED",
      message: expect.stringMatching(/imports leftpad and so has to run from a file.*ENOTDIR/),
    });
  });

  test.skipIf(process.platform !== "linux")("on a read-only disk too", async () => {
    const code = 'import "leftpad";';
    // No process, not even root's, may make a folder there.
    const options = { code, root: "/sys", cacheDirectory: "/sys/programs" };
    await expect(loadProgram(options)).rejects.toMatchObject({ code: "STORE_READ_ONLY" });
  });

  test("says which package is missing", async () => {
    const root = await project(FILES);
    const options = { ...(await programOf(root)), engine: await standInEngine() };
    const elsewhere = await project({});
    const moved = { ...options, root: elsewhere, cacheDirectory: join(elsewhere, PROGRAMS) };
    await expect(loadProgram(moved)).rejects.toMatchObject({ code: "MODULE_FAILED" });
    await expect(loadProgram({ ...options, cacheDirectory: elsewhere })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

describe("which export", () => {
  const NAMED = (name: string): string => WALK.replace("walk", name);

  test.each([
    ["the default", `export default ${NAMED("a")}; export const b = ${NAMED("b")};`, "default: a"],
    ["the only one", `export const f = () => 1; export const b = ${NAMED("b")};`, "b: b"],
    ["default is none", `export default 1; export const b = ${NAMED("b")};`, "b: b"],
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
    expect(await load(files, "b")).toBe("b: b");
    expect(await load(files, "d")).toBe(
      "EXPORT_NOT_FOUND expected m.ts to export d; it exports b, c, default",
    );
    expect(await load(files, "c")).toMatch(/^INVALID_SIMULATION expected m\.ts#c to be/);
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

  test("with something that is no error", async () => {
    expect(await load({ "m.ts": "throw 7;" })).toBe(
      "MODULE_FAILED m.ts failed while it was loaded: 7",
    );
  });

  test("for a name that the engine does not export", async () => {
    const root = await project({ "m.ts": 'import { gone } from "rewind-engine"; gone();' });
    const options = { ...(await programOf(root)), engine: await standInEngine() };
    await expect(loadProgram(options)).rejects.toThrow(
      /^m\.ts failed while it was loaded: The requested module 'rewind-engine' does not provide an export named 'gone'$/,
    );
  });
});

test("what a module keeps of Math.random is refused in its steps", async () => {
  const root = await project({
    "m.ts": `const { random } = Math; const first = random();
      export default { ...${WALK}, init: () => first, step: (x) => x + random() };`,
  });
  const { simulation } = await loadProgram(await programOf(root));
  const step = (): unknown => simulation.step(0, {} as never, {} as never);
  expect(() => nodeGuard()(step)).toThrow("Math.random() was called in a step");
  expect(step()).toBeLessThan(1);
});

describe("in Node alone, without a tool that loads modules in its place", () => {
  /** What `program`, which has `loadProgram` and `options`, prints. */
  async function printed(files: Record<string, string>, program: string): Promise<string> {
    const root = await project(files);
    const { build } = await import("esbuild");
    await build({
      entryPoints: [fileURLToPath(new URL("../../src/node/load-program.ts", import.meta.url))],
      bundle: true,
      format: "esm",
      platform: "node",
      outfile: join(root, "load.mjs"),
    });
    const options = { ...(await programOf(root)), engine: await standInEngine() };
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

  test("a missing package is named", async () => {
    const files = { "m.ts": 'import "leftpad";', ...installed("leftpad", "1.3.0", "") };
    const program = `import { rmSync } from "node:fs";
      rmSync(options.root + "/node_modules", { recursive: true });
      await loadProgram(options).catch((error) => console.log(error.code, error.message));`;
    expect(await printed(files, program)).toBe(
      'MODULE_FAILED m.ts imports "leftpad", which is not installed\n',
    );
  });

  test("stack traces have the module's name in place of its text", async () => {
    const files = { "m.ts": `export default { ...${WALK}, step() { throw new Error("no"); } };` };
    const program = `const { simulation } = await loadProgram(options);
      try { simulation.step(); } catch (error) { console.log(error.stack.split("\\n")[1]); }`;
    expect(await printed(files, program)).toMatch(/^ +at Object\.step \(rewind:m\.ts:\d+:\d+\)\n$/);
  });
});
