/**
 * How many cases a law is tried with, as fast-check's `numRuns`: `count` in `npm test`, five times as
 * many in `npm run test:long`.
 */
export function runs(count: number): number {
  return count * Number(process.env.REWIND_TEST_TIMES ?? 1);
}
