import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { outputFile } from "fs-extra/esm";
import { onTestFinished } from "vitest";

/** A new folder with these files, removed after the test. */
export async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "rewind-project-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) await put(root, path, text);
  return root;
}

export async function put(root: string, path: string, text: string): Promise<void> {
  const file = join(root, path);
  await outputFile(file, text);
}

/** The texts of a package's files, by path, as npm would install it. */
export function installed(name: string, version: string, code: string): Record<string, string> {
  const folder = `node_modules/${name}`;
  return {
    [`${folder}/package.json`]: JSON.stringify({ name, version, type: "module", main: "main.js" }),
    [`${folder}/main.js`]: code,
  };
}

/** A stand-in for the engine: `defineSimulation`, and a mark to recognise it. */
export async function standInEngine(): Promise<{ main: string; random: string }> {
  const root = await project({
    "main.mjs": 'export const defineSimulation = (x) => x; export const mark = "main";',
    "random.mjs": 'export const mark = "random";',
  });
  const url = (name: string): string => pathToFileURL(join(root, name)).href;
  return { main: url("main.mjs"), random: url("random.mjs") };
}

/** The source of a minimal simulation. */
export const WALK = '{ name: "walk", init: () => 0, step: (x, rng) => x + rng.random() }';
