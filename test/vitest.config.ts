import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { memoryFolder } from "./support/memory-folder.ts";

const source = (path: string): string => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

/** What every way of running the tests shares. */
export const common: ViteUserConfig = {
  root: fileURLToPath(new URL("..", import.meta.url)),
  resolve: {
    alias: [
      { find: /^rewind-engine$/, replacement: source("index.ts") },
      { find: /^rewind-engine\/plot$/, replacement: source("plot.ts") },
      { find: /^rewind-engine\/random$/, replacement: source("random.ts") },
      { find: /^rewind-engine\/random\/(\w+)$/, replacement: source("random/$1/index.ts") },
    ],
  },
  test: {
    setupFiles: ["test/setup.ts"],
    // The default leaves one processor idle, which is half of a machine with two.
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

/** Files that mock a module, or need a process in which nothing has run. Each gets a process of its own. */
export const ALONE: readonly string[] = [
  "test/cli/errors.test.ts",
  "test/codec/extensions.test.ts",
  "test/codec/state/as-literals.test.ts",
  "test/node/guard-everything.test.ts",
  "test/node/program/quiet-esbuild.test.ts",
  "test/remote/robust.test.ts",
];

/**
 * Files whose stores are on a disk, since they are about crashes and locks. So are all stores of the
 * long tests, and of `npm test` where the user has set TMPDIR.
 */
const ON_DISK = [
  "test/cli/process.test.ts",
  "test/laws/kills.test.ts",
  "test/node/store/journal.test.ts",
];
const TEMPORARY = process.env.TMPDIR ?? memoryFolder();
const env: Record<string, string> = TEMPORARY === undefined ? {} : { TMPDIR: TEMPORARY };

const NOT_USUAL = ["test/**/*.long.test.ts", "test/attack/**"];

/**
 * `npm test`. Most files share a process per worker, so that modules are loaded once for all. No
 * project waits for another.
 */
const config: ViteUserConfig = defineConfig({
  ...common,
  test: {
    ...common.test,
    projects: [
      { extends: true, test: { name: "alone", include: [...ALONE], env } },
      { extends: true, test: { name: "on a disk", isolate: false, include: ON_DISK } },
      {
        extends: true,
        test: {
          ...{ name: "shared", isolate: false, env },
          include: ["test/**/*.test.ts"],
          exclude: [...NOT_USUAL, ...ALONE, ...ON_DISK],
        },
      },
    ],
  },
});

export default config;
