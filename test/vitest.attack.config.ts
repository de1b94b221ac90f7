import type { ViteUserConfig } from "vitest/config";
import { common } from "./vitest.config.ts";

const HOURS_MS = 6 * 3_600_000;

/** `npm run test:attack`: every case of the attacks, which takes an hour; the long tests draw some by a seed. */
const config: ViteUserConfig = {
  ...common,
  test: {
    ...common.test,
    include: ["test/attack/**/*.test.ts"],
    env: { REWIND_ATTACK: "full" },
    testTimeout: HOURS_MS,
    hookTimeout: HOURS_MS,
  },
};

export default config;
