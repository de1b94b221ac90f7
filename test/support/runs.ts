/** How many times as often as usual a law is tried: several times in `npm run test:long`. */
export const TIMES: number = Number(process.env.REWIND_TEST_TIMES ?? 1);

/**
 * How many cases a law is tried with, as fast-check's `numRuns`: half of `count` in `npm test`, and
 * five times `count` in `npm run test:long`.
 */
export function runs(count: number): number {
  return Math.ceil((count / 2) * TIMES);
}
