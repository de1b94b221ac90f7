import type { ViteUserConfig } from "vitest/config";
import usual from "./vitest.config.ts";

/** How many times more cases than usual the laws are tried with. */
const TIMES = 5;

/** `npm run test:long`: the laws with more cases, the slow tests, and a part of the attacks. */
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    include: ["test/laws/**/*.test.ts", "test/**/*.long.test.ts", "test/attack/**/*.test.ts"],
    exclude: [],
    env: { REWIND_TEST_TIMES: String(TIMES) },
    testTimeout: TIMES * 120_000,
    hookTimeout: TIMES * 120_000,
  },
};

export default config;
