import { fileURLToPath } from "node:url";

// This file lies as deep in `src/node/` as the bundle's chunks do in `dist/chunks/`: what it names is
// found from both.

/** The `package.json` of this engine. */
export function ownManifest(): string {
  return fileURLToPath(new URL("../../package.json", import.meta.url));
}

/** The URL of a module that this engine exports, such as `random`, as it runs now. */
export function ownModule(name: string): string {
  // `.ts` where the sources run as they are, under vitest; `.js` in what is published.
  const extension = /\.[jt]s$/.exec(import.meta.url)?.[0] ?? ".js";
  return new URL(`../${name}${extension}`, import.meta.url).href;
}
