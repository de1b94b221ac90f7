import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type NumberSummary,
  NumberTally,
  quantileOf,
  statisticsOf,
} from "../../src/statistics/number-summary.ts";
import { runs } from "../support/runs.ts";

const ADVERSARIAL = fc.oneof(
  fc.double(),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(0, -0, 1, 5e-324, -5e-324, 1e308, -1e308, 2 ** -1022, 1 + 2 ** -52),
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN),
  fc.double({ min: -1e-300, max: 1e-300, noNaN: true }),
);

function summaryOf(numbers: readonly number[]): NumberSummary | undefined {
  const tally = new NumberTally();
  tally.add(Float64Array.from(numbers), numbers.length);
  return tally.summary();
}

describe("a summary of numbers", () => {
  test("is the same wherever the numbers are cut", () => {
    fc.assert(
      fc.property(
        fc.array(ADVERSARIAL, { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(60), { maxLength: 5 }),
        (numbers, cuts) => {
          const bounds = [0, ...cuts.sort((a, b) => a - b), numbers.length];
          const tally = new NumberTally();
          const stepwise = new NumberTally();
          for (const [i, to] of bounds.entries()) {
            const part = numbers.slice(bounds[i - 1] ?? 0, to);
            const summary = summaryOf(part);
            if (summary !== undefined) tally.merge(summary);
            stepwise.add(Float64Array.from(part), part.length);
          }
          expect(tally.summary()).toEqual(summaryOf(numbers));
          expect(stepwise.summary()).toEqual(summaryOf(numbers));
        },
      ),
      { numRuns: runs(300) },
    );
  });

  test("gives count, NaN, extremes, first and last as a loop over the numbers does", () => {
    fc.assert(
      fc.property(fc.array(ADVERSARIAL, { minLength: 1, maxLength: 60 }), (numbers) => {
        const found = statisticsOf(summaryOf(numbers) as NumberSummary);
        const hasNaN = numbers.some(Number.isNaN);
        expect(found).toMatchObject({
          count: numbers.length,
          nan: numbers.filter(Number.isNaN).length,
          min: hasNaN ? Number.NaN : Math.min(...numbers) + 0,
          max: hasNaN ? Number.NaN : Math.max(...numbers) + 0,
          first: numbers[0],
          last: numbers.at(-1),
        });
      }),
      { numRuns: runs(300) },
    );
  });

  test("rounds mean and variance once", () => {
    const of = (...numbers: number[]) => statisticsOf(summaryOf(numbers) as NumberSummary);
    expect(of(1e16, 1, -1e16)).toMatchObject({ mean: 1 / 3 });
    expect(of(1e8, 1e8 + 1, 1e8 + 2)).toMatchObject({ variance: 2 / 3, std: Math.sqrt(2 / 3) });
    expect(of(0.1, 0.1, 0.1)).toMatchObject({ mean: 0.1, variance: 0 });
    expect(of(1e308, 1e308)).toMatchObject({ mean: 1e308, variance: 0 });
  });

  test("gives quantiles within 0.8 % of the number with that rank", () => {
    const finite = ADVERSARIAL.filter((x) => !Number.isNaN(x));
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 1, maxLength: 200 }),
        fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.25, 0.5, 1)),
        (numbers, p) => {
          const sorted = Float64Array.from(numbers).sort();
          const exact = sorted[Math.max(Math.ceil(p * sorted.length), 1) - 1] as number;
          const found = quantileOf(summaryOf(numbers) as NumberSummary, p);
          if (Number.isFinite(exact)) {
            // Halves, since the difference of two large numbers may not fit.
            expect(Math.abs(found / 2 - exact / 2)).toBeLessThanOrEqual(Math.abs(exact) * 0.004);
          } else expect(found).toBe(exact);
        },
      ),
      { numRuns: runs(500) },
    );
  });

  test("gives the exact quantiles of whole numbers up to 255", () => {
    const numbers = Array.from({ length: 511 }, (_, i) => ((i * 100) % 511) - 255);
    const summary = summaryOf(numbers) as NumberSummary;
    for (const p of [0.001, 0.25, 0.5, 0.75, 0.999]) {
      expect(quantileOf(summary, p)).toBe(Math.ceil(p * 511) - 1 - 255);
    }
  });

  test("counts more buckets than fit at once", () => {
    const numbers = Float64Array.from(
      { length: 20_000 },
      (_, i) => 1.01 ** (i / 10) * (i % 2 || -1),
    );
    const tally = new NumberTally();
    tally.add(numbers, numbers.length);
    const summary = tally.summary() as NumberSummary;
    const sorted = numbers.slice().sort();
    const median = sorted[Math.ceil(0.5 * sorted.length) - 1] as number;
    expect(Math.abs(quantileOf(summary, 0.5) - median)).toBeLessThanOrEqual(Math.abs(median) / 125);
  });
});
