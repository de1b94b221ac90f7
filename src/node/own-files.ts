import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// This file is as deep in `src/node/` as the bundle's chunks are in `dist/chunks/`, so its relative
// paths work from both.

const MANIFEST = fileURLToPath(new URL("../../package.json", import.meta.url));

/**
 * What a worker thread runs: a file of the package. Under vitest too, since no thread can run the
 * sources there, so it must have been built.
 */
export const WORKER: URL = new URL("../../dist/node/workers/worker.js", import.meta.url);

/** The version of this engine. */
export function engineVersion(): string {
  const { version } = JSON.parse(readFileSync(MANIFEST, "utf8")) as { version: string };
  return version;
}

/** The URL of a module that this engine exports, such as `random`, as it runs now. */
export function ownModule(name: string): string {
  // `.ts` if the sources run directly, under vitest; `.js` in the package.
  const extension = /\.[jt]s$/.exec(import.meta.url)?.[0] ?? ".js";
  return new URL(`../${name}${extension}`, import.meta.url).href;
}
