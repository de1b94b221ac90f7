import type { Pcg64 } from "./pcg64.ts";

/**
 * A Poisson deviate. For a mean of at least 10 by transformed rejection (PTRS): W. Hörmann, "The
 * transformed rejection method for generating Poisson random variables", Insurance: Mathematics and
 * Economics 12 (1993), 39. For a smaller mean by multiplying uniform deviates.
 */
export function poisson(source: Pcg64, mean: number): number {
  if (mean === 0) return 0;
  return mean >= 10 ? byRejection(source, mean) : byProducts(source, mean);
}

function byProducts(source: Pcg64, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = source.random(); product > limit; product *= source.random()) count++;
  return count;
}

function byRejection(source: Pcg64, mean: number): number {
  const logMean = Math.log(mean);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const accepted = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = source.random() - 0.5;
    const v = source.random();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= accepted) return count;
    if (count < 0 || (edge < 0.013 && v > edge)) continue;
    const left = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (edge * edge) + b);
    if (left <= -mean + count * logMean - logGamma(count + 1)) return count;
  }
}

/** The coefficients of Stirling's series, the last first. */
const STIRLING: readonly number[] = [
  -1.3924322169059, 1.796443723688307e-1, -2.955065359477124e-2, 6.41025641025641e-3,
  -1.917526917526918e-3, 8.417508417508418e-4, -5.952380952380952e-4, 7.936507936507937e-4,
  -2.777777777777778e-3, 8.333333333333333e-2,
];
const LOG_TWO_PI = 1.8378770664093453;

/**
 * The logarithm of the gamma function for x of at least 1: Shanjie Zhang and Jianming Jin,
 * "Computation of Special Functions", Wiley 1996, 3.1.
 */
function logGamma(x: number): number {
  if (x === 1 || x === 2) return 0;
  const shift = x <= 7 ? Math.floor(7 - x) : 0;
  let at = x + shift;
  const inverseSquare = 1 / (at * at);
  const series = STIRLING.reduce((sum, coefficient) => sum * inverseSquare + coefficient, 0);
  let result = series / at + 0.5 * LOG_TWO_PI + (at - 0.5) * Math.log(at) - at;
  for (let i = 0; i < shift; i++) {
    result -= Math.log(at - 1);
    at -= 1;
  }
  return result;
}
