import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";

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

const NOT_USUAL = ["test/**/*.long.test.ts", "test/attack/**"];

/** `npm test`. All other files share a process per worker, so that modules are loaded once for all. */
const config: ViteUserConfig = defineConfig({
  ...common,
  test: {
    ...common.test,
    projects: [
      {
        extends: true,
        test: { name: "alone", include: [...ALONE], sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: "shared",
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: [...NOT_USUAL, ...ALONE],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

export default config;
