import { standardExponential } from "./exponential.ts";
import { standardNormal } from "./normal.ts";
import type { Pcg64 } from "./pcg64.ts";

/**
 * A gamma deviate of scale 1. For a shape of at least 1: George Marsaglia and Wai Wan Tsang, "A
 * simple method for generating gamma variables", ACM Transactions on Mathematical Software 26
 * (2000), 363. For a smaller shape: J. H. Ahrens and U. Dieter, "Computer methods for sampling from
 * gamma, beta, Poisson and binomial distributions", Computing 12 (1974), 223, with an exponential
 * deviate in place of a log.
 */
export function standardGamma(source: Pcg64, shape: number): number {
  if (shape === 1) return standardExponential(source);
  if (shape === 0) return 0;
  return shape < 1 ? smallShape(source, shape) : largeShape(source, shape);
}

function smallShape(source: Pcg64, shape: number): number {
  for (;;) {
    const u = source.random();
    const v = standardExponential(source);
    if (u <= 1 - shape) {
      const x = u ** (1 / shape);
      if (x <= v) return x;
    } else {
      const y = -Math.log((1 - u) / shape);
      const x = (1 - shape + shape * y) ** (1 / shape);
      if (x <= v + y) return x;
    }
  }
}

function largeShape(source: Pcg64, shape: number): number {
  const b = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * b);
  for (;;) {
    let x: number;
    let root: number;
    do {
      x = standardNormal(source);
      root = 1 + c * x;
    } while (root <= 0);
    const v = root * root * root;
    const u = source.random();
    if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
    if (Math.log(u) < 0.5 * x * x + b * (1 - v + Math.log(v))) return b * v;
  }
}

/**
 * A beta deviate, from two gamma deviates or, if both shapes are at most 1, by rejection (M. D.
 * Jöhnk, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen", Metrika 8 (1964), 5).
 */
export function beta(source: Pcg64, a: number, b: number): number {
  if (a > 1 || b > 1) {
    const x = standardGamma(source, a);
    return x / (x + standardGamma(source, b));
  }
  // With shapes this small nearly all of the distribution is at 0 and 1: one draw decides.
  if (a < TINY_SHAPE && b < TINY_SHAPE) return (a + b) * source.random() < a ? 1 : 0;
  for (;;) {
    const u = source.random();
    const v = source.random();
    const x = u ** (1 / a);
    const y = v ** (1 / b);
    if (!(x + y <= 1 && u + v > 0)) continue;
    if (x > 0 && y > 0) return x / (x + y);
    // A power is too small for a double, so compare the logarithms.
    const difference = Math.log(u) / a - Math.log(v) / b;
    return difference > 0
      ? Math.exp(-Math.log1p(Math.exp(-difference)))
      : Math.exp(difference - Math.log1p(Math.exp(difference)));
  }
}

/** numpy's BETA_TINY_THRESHOLD. */
const TINY_SHAPE = 3e-103;
