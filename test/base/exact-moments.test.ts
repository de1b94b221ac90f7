import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covarianceOf, meanOf, varianceOf } from "../../src/base/exact-moments.ts";
import { ExactSum } from "../../src/base/exact-sum.ts";
import { type Dyadic, dyadic, isNearest, plus, times } from "../support/exact-rationals.ts";
import { runs } from "../support/runs.ts";

const ZERO: Dyadic = { top: 0n, bits: 0 };

/** Numbers of which the moments are hard: far from zero and close together, or of all sizes. */
const numbers = fc.oneof(
  fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 }),
  fc.array(fc.integer(), { minLength: 1, maxLength: 20 }),
  fc
    .tuple(fc.constantFrom(1e9, -1e15, 1e300, 0.1, 1e-310), fc.array(fc.nat(5), { minLength: 1 }))
    .map(([base, ulps]) => ulps.map((ulp) => base * (1 + ulp * 2 ** -52))),
);

function momentsOf(values: readonly number[]) {
  const [sum, squares] = [new ExactSum(), new ExactSum()];
  for (const value of values) {
    sum.add(value);
    squares.addSquare(value);
  }
  return { n: values.length, sum, squares };
}

function exactSum(values: readonly Dyadic[]): Dyadic {
  return values.reduce(plus, ZERO);
}

describe("moments from exact sums", () => {
  test("the mean and the variance are rounded once", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const { n, sum, squares } = momentsOf(values);
        const exact = values.map(dyadic);
        const total = exactSum(exact);
        expect(isNearest(meanOf(n, sum), total, BigInt(n))).toBe(true);
        const count = dyadic(n);
        const apart = plus(
          times(count, exactSum(exact.map((x) => times(x, x)))),
          times(dyadic(-1), times(total, total)),
        );
        expect(isNearest(varianceOf(n, sum, squares), apart, BigInt(n) ** 2n)).toBe(true);
      }),
      { numRuns: runs(1_000) },
    );
  });

  test("so is the covariance", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const n = Math.min(a.length, b.length);
        const pairs = Array.from({ length: n }, (_, i) => [a[i]!, b[i]!] as const);
        const [sumA, sumB, products] = [new ExactSum(), new ExactSum(), new ExactSum()];
        for (const [x, y] of pairs) {
          sumA.add(x);
          sumB.add(y);
          products.addProduct(x, y);
        }
        const apart = plus(
          times(dyadic(n), exactSum(pairs.map(([x, y]) => times(dyadic(x), dyadic(y))))),
          times(
            dyadic(-1),
            times(
              exactSum(pairs.map(([x]) => dyadic(x))),
              exactSum(pairs.map(([, y]) => dyadic(y))),
            ),
          ),
        );
        expect(isNearest(covarianceOf(n, sumA, sumB, products), apart, BigInt(n) ** 2n)).toBe(true);
      }),
      { numRuns: runs(500) },
    );
  });

  test("what does not vary has a variance of 0", () => {
    const { n, sum, squares } = momentsOf(new Array(1000).fill(0.1));
    expect([meanOf(n, sum), varianceOf(n, sum, squares)]).toEqual([0.1, 0]);
  });

  test("a mean of sums that are too large for a double is one", () => {
    const { n, sum, squares } = momentsOf([Number.MAX_VALUE, Number.MAX_VALUE]);
    expect([meanOf(n, sum), varianceOf(n, sum, squares)]).toEqual([Number.MAX_VALUE, 0]);
  });

  test("of none, and of what is not finite", () => {
    const none = momentsOf([]);
    expect([meanOf(0, none.sum), varianceOf(0, none.sum, none.squares)]).toEqual([NaN, NaN]);
    const infinite = momentsOf([1, Number.POSITIVE_INFINITY]);
    expect(meanOf(2, infinite.sum)).toBe(Number.POSITIVE_INFINITY);
    expect(varianceOf(2, infinite.sum, infinite.squares)).toBeNaN();
    const unknown = momentsOf([1, Number.NaN]);
    expect(meanOf(2, unknown.sum)).toBeNaN();
    expect(varianceOf(2, unknown.sum, unknown.squares)).toBeNaN();
  });
});
