import { join } from "node:path";
import { expect, test } from "vitest";
import { tsconfigFor } from "../../../src/node/program/tsconfig.ts";
import { project } from "../../support/project-folder.ts";

/** The options of the folder `src`, with paths from the project folder. */
async function optionsIn(files: Readonly<Record<string, string>>): Promise<unknown> {
  const root = await project(files);
  const { compilerOptions } = tsconfigFor(root, join(root, "src"));
  return JSON.parse(JSON.stringify(compilerOptions).replaceAll(root, ""));
}

test("the nearest one counts, and none above the project folder", async () => {
  expect(await optionsIn({ "src/a.ts": "" })).toEqual({});
  const [above, nearest] = ["above", "nearest"].map((jsx) =>
    JSON.stringify({ compilerOptions: { jsx } }),
  );
  expect(await optionsIn({ "tsconfig.json": `${above}` })).toEqual({ jsx: "above" });
  expect(
    await optionsIn({ "tsconfig.json": `${above}`, "src/tsconfig.json": `${nearest}` }),
  ).toEqual({ jsx: "nearest" });
});

test("comments, commas at the end and blanks of any kind are allowed", async () => {
  const text =
    '{ // a "\n"compilerOptions": /* , */ {\u2028"jsx": "//,]", "strict": true, /* } */ }, }';
  expect(await optionsIn({ "tsconfig.json": text })).toEqual({ jsx: "//,]", strict: true });
});

test("a later base counts more than an earlier one, and the file itself most", async () => {
  const files = {
    "tsconfig.json":
      '{ "extends": ["./a", "pack", "./gone"], "compilerOptions": { "jsx": "own", "lib": ["x"] } }',
    "a.json": '{ "compilerOptions": { "jsx": "a", "target": "a", "strict": false } }',
    "node_modules/pack/tsconfig.json": '{ "compilerOptions": { "jsx": "b", "target": "b" } }',
  };
  expect(await optionsIn(files)).toEqual({ jsx: "own", target: "b", strict: false });
});

test.each([
  ["a file", "./in/x.json", "in/x.json"],
  ["a file without its ending", "./in/x", "in/x.json"],
  ["the folder", ".", "tsconfig.json"],
  ["a folder of a package", "pack/in", "node_modules/pack/in/tsconfig.json"],
  ["a file of a package", "@a/pack/x", "node_modules/@a/pack/x.json"],
  ["what a package exports", "out/x", "node_modules/out/in/x.json"],
  ["what a package names", "named", "node_modules/named/in/x.json"],
])("extends %s", async (_, name, file) => {
  const files = {
    "node_modules/out/package.json":
      '{ "exports": { "./x": { "import": "./gone.json", "require": "./in/x.json" } } }',
    "node_modules/named/package.json": '{ "tsconfig": "in/x.json" }',
    "src/tsconfig.json": JSON.stringify({ extends: name.replace(/^\./, "..") }),
    [file]: '{ "compilerOptions": { "jsx": "found" } }',
  };
  expect(await optionsIn(files)).toEqual({ jsx: "found" });
});

test("files that extend each other end", async () => {
  const files = {
    "tsconfig.json": '{ "extends": "./a.json" }',
    "a.json": '{ "extends": "./tsconfig.json", "compilerOptions": { "jsx": "a" } }',
  };
  expect(await optionsIn(files)).toEqual({ jsx: "a" });
});

test("paths start from the baseUrl, or from the file that has them", async () => {
  const paths = { "@/*": ["./lib/*", "bare/*", `\${configDir}/own/*`, 1], x: "y" };
  const base = (options: object): string =>
    JSON.stringify({ compilerOptions: { paths, ...options } });
  const tsconfig = '{ "extends": "./in/base.json" }';
  expect(await optionsIn({ "tsconfig.json": tsconfig, "in/base.json": base({}) })).toEqual({
    paths: { "@/*": ["/in/lib/*", "/own/*"], x: [] },
  });
  expect(
    await optionsIn({ "tsconfig.json": tsconfig, "in/base.json": base({ baseUrl: "up" }) }),
  ).toEqual({
    baseUrl: "/in/up",
    paths: { "@/*": ["/in/up/lib/*", "/in/up/bare/*", "/own/*"], x: [] },
  });
});
