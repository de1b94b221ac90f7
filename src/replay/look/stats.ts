import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import type { Replayer } from "../replayer.ts";
import { functionFailed } from "./failures.ts";
import { type Look, looking, type RangeOptions, rangeOf } from "./look.ts";
import { scan } from "./scan.ts";

/**
 * Statistics of a number over the steps of a run. A single NaN makes all of them NaN except the
 * count.
 */
export interface Statistics {
  /** The number of states looked at, including both ends of the range. */
  readonly count: number;
  readonly mean: number;
  /** The population variance. */
  readonly variance: number;
  readonly min: number;
  readonly max: number;
}

/** Statistics of several numbers over the steps of a run, in the order of the numbers. */
export interface VectorStatistics {
  readonly count: number;
  readonly mean: readonly number[];
  /** The population variances. */
  readonly variance: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** The population covariance of each pair: a square, symmetric matrix. */
  readonly covariance: readonly (readonly number[])[];
}

/** Computes a number, or several, from a state. */
export type Metric<S, R extends number | readonly number[]> = Look<S, never, R>;

/**
 * Count, mean, variance and extremes of `metric` over every step, in one pass (Welford 1962, and
 * its extension to covariances).
 */
export async function stats<S, R extends number | readonly number[]>(
  replayer: Replayer,
  metric: Metric<S, R>,
  options: RangeOptions = {},
): Promise<R extends number ? Statistics : VectorStatistics> {
  const range = rangeOf(replayer, options);
  let scalar: ScalarMoments | undefined;
  let vector: VectorMoments | undefined;
  const look = await looking<unknown>(replayer, range, metric as Look<never, never>, options);
  await scan(replayer, { ...options, ...range }, (state, context) => {
    let value: unknown;
    try {
      value = look(state, context);
    } catch (cause) {
      throw functionFailed(cause, context.step);
    }
    if (typeof value === "number" && vector === undefined) {
      scalar ??= new ScalarMoments();
      scalar.add(value);
    } else if (Array.isArray(value) && scalar === undefined) {
      vector ??= new VectorMoments(value.length);
      vector.add(value, context.step);
    } else {
      throw notNumbers(value, context.step);
    }
    return false;
  });
  return (scalar ?? vector)?.result() as R extends number ? Statistics : VectorStatistics;
}

/** Welford's running moments of one number. */
class ScalarMoments {
  #count = 0;
  #mean = 0;
  #squares = 0;
  #min: number = Number.POSITIVE_INFINITY;
  #max: number = Number.NEGATIVE_INFINITY;
  #hasNaN = false;

  add(x: number): void {
    this.#count++;
    const delta = x - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (x - this.#mean);
    if (x < this.#min) this.#min = x;
    if (x > this.#max) this.#max = x;
    // The mean does not tell: two infinities can make it NaN too.
    if (Number.isNaN(x)) this.#hasNaN = true;
  }

  result(): Statistics {
    const [mean, squares] = [this.#mean, this.#squares];
    return {
      count: this.#count,
      mean,
      variance: squares / this.#count,
      min: this.#hasNaN ? Number.NaN : this.#min,
      max: this.#hasNaN ? Number.NaN : this.#max,
    };
  }
}

/** Running moments of several numbers, and of each pair of them. */
class VectorMoments {
  readonly #width: number;
  readonly #each: readonly ScalarMoments[];
  readonly #means: Float64Array;
  readonly #products: Float64Array;
  #count = 0;

  constructor(width: number) {
    this.#width = width;
    this.#each = Array.from({ length: width }, () => new ScalarMoments());
    this.#means = new Float64Array(width);
    this.#products = new Float64Array(width * width);
  }

  add(values: readonly unknown[], step: number): void {
    const width = this.#width;
    if (values.length !== width || !values.every((value) => typeof value === "number")) {
      throw notNumbers(values, step, width);
    }
    this.#count++;
    for (let i = 0; i < width; i++) {
      const x = values[i] as number;
      this.#each[i]?.add(x);
      const before = x - (this.#means[i] as number);
      this.#means[i] = (this.#means[i] as number) + before / this.#count;
      // The mean of i is updated, the means of j > i are not yet.
      const after = x - (this.#means[i] as number);
      for (let j = i; j < width; j++) {
        const at = i * width + j;
        const other = j === i ? before : (values[j] as number) - (this.#means[j] as number);
        this.#products[at] = (this.#products[at] as number) + after * other;
      }
    }
  }

  result(): VectorStatistics {
    const each = this.#each.map((moments) => moments.result());
    const covariance = each.map((_, i) =>
      each.map(
        (_, j) =>
          (this.#products[Math.min(i, j) * this.#width + Math.max(i, j)] as number) / this.#count,
      ),
    );
    return {
      count: this.#count,
      mean: each.map(({ mean }) => mean),
      variance: each.map(({ variance }) => variance),
      min: each.map(({ min }) => min),
      max: each.map(({ max }) => max),
      covariance,
    };
  }
}

function notNumbers(value: unknown, step: number, width?: number): RewindError {
  const expected =
    width === undefined ? "a number or an array of numbers" : `${count(width)} numbers`;
  return new RewindError(
    "FUNCTION_FAILED",
    `expected the function to give ${expected}, got ${describe(value)} at step ${count(step)}`,
    { step, value },
  );
}
