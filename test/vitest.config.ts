import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

const config: ViteUserConfig = defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  resolve: {
    alias: [
      { find: /^rewind-engine$/, replacement: source("index.ts") },
      { find: /^rewind-engine\/random$/, replacement: source("random.ts") },
      { find: /^rewind-engine\/random\/(\w+)$/, replacement: source("random/$1/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.long.test.ts", "test/attack/**"],
    setupFiles: ["test/setup.ts"],
    // The default leaves one processor idle, which is half of a machine with two.
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

export default config;
