import { expect } from "vitest";

/**
 * Expects `counts` to be no further from equal, and no closer to it, than chance makes them in all
 * but one of 5,000 samples. The bounds are those of E. B. Wilson and M. M. Hilferty, "The
 * distribution of chi-square", PNAS 17 (1931), 684-688.
 */
export function expectUniform(counts: readonly number[]): void {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  const bound = (deviate: number): number =>
    freedom * (1 - 2 / (9 * freedom) + deviate * Math.sqrt(2 / (9 * freedom))) ** 3;
  expect(statistic).toBeLessThan(bound(3.719));
  expect(statistic).toBeGreaterThanOrEqual(bound(-3.719));
}

/** How often each of 0..bins - 1 comes in `draws` calls of `bin`. */
export function countBins(bins: number, draws: number, bin: () => number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < draws; i++) {
    const at = bin();
    if (!(Number.isInteger(at) && at >= 0 && at < bins)) expect.fail(`no such bin: ${at}`);
    counts[at] = (counts[at] as number) + 1;
  }
  return counts;
}
