import { expect, test } from "vitest";
import { normalQuantile } from "../../src/random/quantile.ts";
import { readVectors } from "../support/vectors.ts";

interface Vectors {
  readonly quantiles: readonly (readonly [p: number, quantile: string])[];
}

const { quantiles } = readVectors<Vectors>("normal-quantile");

test.each(quantiles)("the quantile of %d is %s", (p, quantile) => {
  const exact = Number(quantile);
  expect(Math.abs(normalQuantile(p) - exact)).toBeLessThanOrEqual(1e-15 * Math.abs(exact));
});

test("0.975 and 0.025 give the well-known 1.959963984540054", () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 15);
  expect(normalQuantile(0.025)).toBeCloseTo(-1.959963984540054, 15);
});

test("the ends are infinite, and it is NaN outside", () => {
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  for (const p of [-0.1, 1.1, Number.NaN]) expect(normalQuantile(p)).toBeNaN();
});

test("it ascends over the seams between its three formulas", () => {
  for (const seam of [0.075, 0.925, Math.exp(-25), 0.5]) {
    const values = [-8, -4, 0, 4, 8].map((steps) => normalQuantile(seam * (1 + steps * 2 ** -50)));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(new Set(values).size).toBeGreaterThan(1);
  }
});
