import type { ViteUserConfig } from "vitest/config";
import { common } from "./vitest.config.ts";

/** How many times more cases than usual the laws are tried with. */
const TIMES = 10;

/** `npm run test:long`: the laws with more cases, the slow tests, and a part of the attacks. */
const config: ViteUserConfig = {
  ...common,
  test: {
    ...common.test,
    include: [
      ...["test/laws/**/*.test.ts", "test/node/store/recover.test.ts"],
      ...["test/**/*.long.test.ts", "test/attack/**/*.test.ts"],
    ],
    env: { REWIND_TEST_TIMES: String(TIMES) },
    testTimeout: 10 * 60_000,
    hookTimeout: 10 * 60_000,
  },
};

export default config;
