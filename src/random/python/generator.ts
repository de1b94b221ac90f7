import { invalidArgument } from "../../base/invalid-argument.ts";
import type { RandomGenerator } from "../generator.ts";
import { checkFinite, checkNotNegative, checkNotZero, checkPositive } from "../parameters.ts";
import type { PythonBits } from "./bits.ts";
import { gamma } from "./gamma.ts";
import { PythonSequences } from "./sequences.ts";

/**
 * CPython's `random.Random`: the same numbers from the same seed, method by method, as
 * Lib/random.py of CPython 3.11 draws them. `python(seed)` makes one.
 *
 * "Bit-exact" means equal to CPython's number in every bit. The last bit of log, exp, pow, sin and
 * cos may differ between V8 and the libm of a Python. A method that uses them says how many of a
 * million draws differed from CPython 3.11.7 on Linux with glibc. A draw consumes the same words as
 * in Python, except in about one of 10^15 cases.
 */
export class PythonGenerator extends PythonSequences implements RandomGenerator {
  /** Internal: use `python` or `pythonAlgorithm`. */
  constructor(...state: ConstructorParameters<typeof PythonBits>) {
    super(...state);
    // A property that somebody adds, such as a spare deviate, would not be in the state.
    Object.preventExtensions(this);
  }

  /**
   * A double between `low` and `high`, in either order, in their unit: `low + (high - low) * u` of
   * one `random()` u. `high` itself comes up only if the sum is rounded to it. Bit-exact.
   *
   * @throws INVALID_ARGUMENT unless both are finite; so do all distributions for their parameters.
   *
   * @example
   * ```ts
   * python(42).uniform(-1, 1); // 0.2788535969157675
   * ```
   */
  uniform(low: number, high: number): number {
    checkFinite("low", low);
    checkFinite("high", high);
    return low + (high - low) * this.random();
  }

  /**
   * A deviate of the triangular distribution from `low` to `high` with its peak at `mode`, by
   * default in the middle; all in one unit. One `random()`. Bit-exact: it takes a square root
   * alone.
   *
   * @example
   * ```ts
   * python(42).triangular(0, 10, 2); // 4.6291661612586354
   * ```
   */
  triangular(low = 0, high = 1, mode?: number): number {
    checkFinite("low", low);
    checkFinite("high", high);
    if (mode !== undefined) checkFinite("mode", mode);
    const u = this.random();
    if (low === high) return low;
    const peak = mode === undefined ? 0.5 : (mode - low) / (high - low);
    return u > peak
      ? high + (low - high) * Math.sqrt((1 - u) * (1 - peak))
      : low + (high - low) * Math.sqrt(u * peak);
  }

  /**
   * A normal deviate with the mean `mu` and the standard deviation `sigma`, in their unit, by the
   * ratio of uniform deviates: A. J. Kinderman and J. F. Monahan, "Computer generation of random
   * variables using the ratio of uniform deviates", ACM Transactions on Mathematical Software 3
   * (1977), 257-260. Two `random()`, and two more if they are rejected: 2.74 on average. Bit-exact
   * (0 mismatches): the logarithm only decides whether a pair is rejected.
   *
   * @example
   * ```ts
   * python(42).normalvariate(10, 2); // 10.490652683415727
   * ```
   */
  normalvariate(mu = 0, sigma = 1): number {
    checkFinite("mu", mu);
    checkFinite("sigma", sigma);
    for (;;) {
      const u1 = this.random();
      const u2 = 1 - this.random();
      const z = (KINDERMAN_MONAHAN * (u1 - 0.5)) / u2;
      if ((z * z) / 4 <= -Math.log(u2)) return mu + z * sigma;
    }
  }

  /**
   * The same distribution by the method of G. E. P. Box and M. E. Muller, "A note on the generation
   * of random normal deviates", Annals of Mathematical Statistics 29 (1958), 610-611: two
   * `random()` give two deviates, and the second is kept for the next call. Exact except for the
   * last bits of log, sin and cos: 60,891 mismatches for `gauss()`, by at most 3 units in the last
   * place.
   *
   * @example
   * ```ts
   * python(42).gauss(10, 2); // 9.711819340844142
   * ```
   */
  gauss(mu = 0, sigma = 1): number {
    checkFinite("mu", mu);
    checkFinite("sigma", sigma);
    let z = this.gaussNext;
    this.gaussNext = Number.NaN;
    if (Number.isNaN(z)) {
      const angle = this.random() * TWO_PI;
      const radius = Math.sqrt(-2 * Math.log(1 - this.random()));
      z = Math.cos(angle) * radius;
      this.gaussNext = Math.sin(angle) * radius;
    }
    return mu + z * sigma;
  }

  /**
   * A deviate whose logarithm is normal with the mean `mu` and the standard deviation `sigma`:
   * exp of `normalvariate`, with its draws; Infinity if that overflows (Python raises an error).
   * Exact except for the last bit of exp: 97,853 mismatches for (0, 1).
   *
   * @example
   * ```ts
   * python(42).lognormvariate(0, 0.25); // 1.0632514144162173
   * ```
   */
  lognormvariate(mu: number, sigma: number): number {
    checkFinite("mu", mu);
    checkFinite("sigma", sigma);
    return Math.exp(this.normalvariate(mu, sigma));
  }

  /**
   * An exponential deviate at the rate `lambd` (1), that is with the mean 1 / `lambd`; at least 0,
   * or at most 0 if the rate is negative. `-log(1 - u) / lambd` of one `random()` u. Exact except
   * for the last bit of log: 73,229 mismatches for (1).
   *
   * @throws INVALID_ARGUMENT also for a rate of 0.
   *
   * @example
   * ```ts
   * python(42).expovariate(1 / 5); // 5.100301436374004, and in Python 5.1003014363740045
   * ```
   */
  expovariate(lambd = 1): number {
    checkNotZero("lambd", lambd);
    return -Math.log(1 - this.random()) / lambd;
  }

  /**
   * A gamma deviate of the shape `alpha` and the scale `beta`, so with the mean alpha * beta. One
   * `random()` for a shape of 1, else two or more. Exact except for the last bits of log, exp and
   * pow: 11,364 mismatches for (0.5, 1), 73,229 for (1, 1), 100,187 for (3, 2).
   *
   * @throws INVALID_ARGUMENT unless both are above 0, and for a shape above 8.9e307, for which
   * Python never returns.
   *
   * @example
   * ```ts
   * python(42).gammavariate(3, 2); // 3.889560315351809
   * ```
   */
  gammavariate(alpha: number, beta: number): number {
    checkShape("alpha", alpha);
    checkPositive("beta", beta);
    return gamma(this, alpha) * beta;
  }

  /**
   * A beta deviate, in 0..1, of the shapes `alpha` and `beta`: y / (y + z) of two gamma deviates.
   * Exact except for the last bits of log, exp and pow: 132,692 mismatches for (2, 3), 12,093 for
   * (0.5, 0.5).
   *
   * @throws INVALID_ARGUMENT as `gammavariate`.
   *
   * @example
   * ```ts
   * python(42).betavariate(2, 3); // 0.19393072669653844
   * ```
   */
  betavariate(alpha: number, beta: number): number {
    checkShape("alpha", alpha);
    checkShape("beta", beta);
    const y = gamma(this, alpha);
    return y === 0 ? 0 : y / (y + gamma(this, beta));
  }

  /**
   * `normalvariate(mean, standardDeviation)`, not `gauss`: it is bit-exact and keeps no deviate from
   * one call to the next.
   *
   * @throws INVALID_ARGUMENT also for a negative standard deviation.
   */
  normal(mean = 0, standardDeviation = 1): number {
    checkNotNegative("the standard deviation", standardDeviation);
    return this.normalvariate(mean, standardDeviation);
  }

  /**
   * `expovariate(1 / mean)`, and 0 for a mean of 0. Throws INVALID_ARGUMENT for a negative mean.
   */
  exponential(mean = 1): number {
    checkNotNegative("the mean", mean);
    return -Math.log(1 - this.random()) / (1 / mean);
  }
}

/** The method doubles the shape. If that overflows, no deviate is ever accepted. */
function checkShape(name: string, shape: number): void {
  checkPositive(name, shape);
  if (shape <= MOST_SHAPE) return;
  throw invalidArgument(
    `expected ${name} to be at most ${MOST_SHAPE}, got ${shape}: Python would never return`,
    { name, value: shape },
  );
}

const MOST_SHAPE = 8.9e307;

/** 4 * exp(-1/2) / sqrt(2) */
const KINDERMAN_MONAHAN = 1.7155277699214135;
const TWO_PI = 2 * Math.PI;
