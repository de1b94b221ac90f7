import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

type Library = typeof import("../../src/random.ts") & {
  readonly encode: (state: unknown) => Uint8Array;
};

let folder: string;
let library: Library;

const source = (path: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)));

// As `npm run bundle` does: esbuild gives a class that names itself in its body another name.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rewind-bundle-"));
  const contents = `export * from ${source("random.ts")};
    export { encode } from ${source("codec/encode.ts")};`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL("../..", import.meta.url)) },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    write: false,
  });
  const file = join(folder, "random.mjs");
  await writeFile(file, outputFiles[0]?.contents ?? "");
  library = await import(pathToFileURL(file).href);
});

afterAll(() => rm(folder, { recursive: true }));

test.each([
  ["xoshiro128++", "XoshiroGenerator"],
  ["numpy", "NumpyGenerator"],
  ["python", "PythonGenerator"],
  ["torch", "TorchGenerator"],
])("a state with a generator %s is refused by the name of its class", (name, className) => {
  const rng = library.generatorNamed(name).fromSeed(new Uint8Array(32));
  expect(rng.constructor.name).toBe(className);
  expect(() => library.encode({ rng })).toThrow(new RegExp(`\\b${className}\\b`));
});

test("a loader too", () => {
  expect(library.torch(1).dataLoader({ length: 5 }).constructor.name).toBe("TorchDataLoader");
});
