import type { ExactSum } from "./exact-sum.ts";
import { type Exact, nearestDouble } from "./nearest-double.ts";

/** The mean of `n` numbers with this sum, rounded once. NaN without numbers. */
export function meanOf(n: number, sum: ExactSum): number {
  const exact = sum.exact();
  if (n === 0) return Number.NaN;
  return typeof exact === "number" ? exact : nearestDouble(exact, BigInt(n));
}

/**
 * The population variance of `n` numbers from their sum and the sum of their squares, rounded once.
 * NaN if one of them is not finite, or without numbers.
 */
export function varianceOf(n: number, sum: ExactSum, squares: ExactSum): number {
  return covarianceOf(n, sum, sum, squares);
}

/**
 * The population covariance of `n` pairs from the sums of each side and of the products, rounded
 * once. NaN if a number is not finite, or if there are no pairs.
 */
export function covarianceOf(
  n: number,
  sumX: ExactSum,
  sumY: ExactSum,
  products: ExactSum,
): number {
  const [x, y, xy] = [sumX.exact(), sumY.exact(), products.exact()];
  if (n === 0 || typeof x === "number" || typeof y === "number" || typeof xy === "number") {
    return Number.NaN;
  }
  const count = BigInt(n);
  const apart = difference(
    { integer: count * xy.integer, exponent: xy.exponent },
    { integer: x.integer * y.integer, exponent: x.exponent + y.exponent },
  );
  return nearestDouble(apart, count * count);
}

function difference(a: Exact, b: Exact): Exact {
  const exponent = Math.min(a.exponent, b.exponent);
  const at = (one: Exact): bigint => one.integer << BigInt(one.exponent - exponent);
  return { integer: at(a) - at(b), exponent };
}
