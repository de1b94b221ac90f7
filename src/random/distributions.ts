import type { RandomGenerator } from "./generator.ts";
import { checkFinite, checkNotNegative } from "./parameters.ts";
import { quantileFromMedian } from "./quantile.ts";

/** Where uniform doubles come from: multiples of 2^-53 in [0, 1). */
export type UniformSource = Pick<RandomGenerator, "random">;

/**
 * A normal deviate with the given mean (0) and standard deviation (1), in the caller's unit.
 *
 * It is the normal quantile (Wichura's AS 241) of exactly one uniform draw u, whatever the
 * parameters, rather than a pair of deviates or a rejection. So two runs with the same block seeds
 * and different parameters stay in step draw by draw, a larger u gives a larger deviate, and no
 * spare deviate has to be kept in a checkpoint. The order of deviates is that of the draws, up to
 * rounding: two neighbouring draws, 2^-53 apart, can give the same deviate or, for one of about
 * 1,700 pairs, deviates whose last bits are swapped. Draws that are at least 2^-50 apart never do.
 * The quantile is taken at u + 2^-54, the middle of u's cell: never 0 or 1, and symmetric about one
 * half. Standard deviates lie within 8.293 of zero.
 *
 * Uses Math.log and Math.sqrt for 15% of the draws and arithmetic alone for the rest.
 *
 * @throws INVALID_ARGUMENT unless both are finite and the standard deviation is 0 or more.
 *
 * @example
 * ```ts
 * const height = normal(xoshiro(1), 1.75, 0.1); // metres
 * ```
 */
export function normal(source: UniformSource, mean = 0, standardDeviation = 1): number {
  // Checked here, because a call for each parameter would cost a tenth of a draw.
  if (!(Number.isFinite(mean) && Number.isFinite(standardDeviation) && standardDeviation >= 0)) {
    checkFinite("the mean", mean);
    checkNotNegative("the standard deviation", standardDeviation);
  }
  // u - 1/2 + 2^-54 and the tail beside it are multiples of 2^-54 below 1/2: no step rounds.
  const q = source.random() - 0.5 + 2 ** -54;
  return mean + standardDeviation * quantileFromMedian(q, 0.5 - Math.abs(q));
}

/**
 * An exponential deviate with the given mean (1), in the caller's unit: a waiting time at the rate
 * 1 / mean. It is -log(1 - u) of exactly one uniform draw u, from 0 to 36.74 means; see Luc
 * Devroye, "Non-Uniform Random Variate Generation", Springer 1986, II.2.
 *
 * Uses Math.log1p.
 *
 * @throws INVALID_ARGUMENT unless the mean is finite and 0 or more.
 *
 * @example
 * ```ts
 * const wait = exponential(xoshiro(1), 2.5); // minutes
 * ```
 */
export function exponential(source: UniformSource, mean = 1): number {
  checkNotNegative("the mean", mean);
  return -Math.log1p(-source.random()) * mean;
}
