import { meanOf, varianceOf } from "../base/exact-moments.ts";
import { ExactSum } from "../base/exact-sum.ts";
import { bucketOf, LAST_BUCKET } from "./bucket.ts";
import { addSketch, decodeSketch, encodeSketch, numberOfRank } from "./sketch.ts";

/**
 * What is kept of many numbers in a row. Two summaries of neighbouring rows give the summary of both
 * together, bit for bit, wherever the row was cut.
 */
export interface NumberSummary {
  /** How many numbers there were, NaN included. At least 1. */
  readonly count: number;
  /** How many of them were NaN. The sums, the extremes and the sketch leave these out. */
  readonly nan: number;
  /** NaN if all numbers were. */
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
  /** The bytes of an `ExactSum`. */
  readonly sum: Uint8Array;
  /** The same of the squares. */
  readonly squares: Uint8Array;
  /** The bytes of a `Sketch`. */
  readonly sketch: Uint8Array;
}

/** Statistics of numbers in a row. A single NaN makes all but the counts, `first` and `last` NaN. */
export interface NumberStatistics {
  readonly count: number;
  /** How many numbers were NaN. */
  readonly nan: number;
  /** Rounded once, as are the variance and the standard deviation, from exact sums. */
  readonly mean: number;
  /** The population variance. */
  readonly variance: number;
  /** The square root of `variance`. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
}

/** Collects numbers, and the summaries of numbers, in their order. */
export class NumberTally {
  #count = 0;
  #nan = 0;
  #min = Number.NaN;
  #max = Number.NaN;
  #first = Number.NaN;
  #last = Number.NaN;
  #sum = new ExactSum();
  #squares = new ExactSum();
  #sketch = new Map<number, number>();

  /** Adds the first `length` of `numbers`. */
  add(numbers: Float64Array, length: number): void {
    if (length === 0) return;
    if (this.#count === 0) this.#first = numbers[0] as number;
    this.#last = numbers[length - 1] as number;
    this.#count += length;
    const [sum, squares] = [this.#sum, this.#squares];
    let [min, max, touched] = [this.#min, this.#max, 0];
    for (let i = 0; i < length; i++) {
      const x = numbers[i] as number;
      if (Number.isNaN(x)) {
        this.#nan++;
        continue;
      }
      sum.add(x);
      squares.addSquare(x);
      if (!(x >= min)) min = x;
      if (!(x <= max)) max = x;
      const at = bucketOf(x) + LAST_BUCKET;
      if ((COUNTS[at] as number)++ === 0) TOUCHED[touched++] = at;
      if (touched === TOUCHED.length) touched = this.#takeCounts(touched);
    }
    this.#takeCounts(touched);
    this.#min = min;
    this.#max = max;
  }

  /** Adds numbers that were summarized. */
  merge(more: NumberSummary): void {
    if (this.#count === 0) this.#first = more.first;
    this.#last = more.last;
    this.#count += more.count;
    this.#nan += more.nan;
    this.#sum.merge(ExactSum.fromBytes(more.sum));
    this.#squares.merge(ExactSum.fromBytes(more.squares));
    if (!(more.min >= this.#min) && !Number.isNaN(more.min)) this.#min = more.min;
    if (!(more.max <= this.#max) && !Number.isNaN(more.max)) this.#max = more.max;
    addSketch(this.#sketch, decodeSketch(more.sketch) ?? new Map());
  }

  /** The summary so far; undefined without a number. */
  summary(): NumberSummary | undefined {
    if (this.#count === 0) return undefined;
    return {
      count: this.#count,
      nan: this.#nan,
      // Zero has one bucket and one sum, so its sign is not kept.
      min: this.#min + 0,
      max: this.#max + 0,
      first: this.#first,
      last: this.#last,
      sum: this.#sum.toBytes(),
      squares: this.#squares.toBytes(),
      sketch: encodeSketch(this.#sketch),
    };
  }

  #takeCounts(touched: number): 0 {
    for (let i = 0; i < touched; i++) {
      const at = TOUCHED[i] as number;
      const bucket = at - LAST_BUCKET;
      this.#sketch.set(bucket, (this.#sketch.get(bucket) ?? 0) + (COUNTS[at] as number));
      COUNTS[at] = 0;
    }
    return 0;
  }
}

/** Room to count in, used within one call: a Map for each number would take most of the time. */
const COUNTS = new Int32Array(2 * LAST_BUCKET + 1);
const TOUCHED = new Int32Array(4096);

/** The statistics of summarized numbers. */
export function statisticsOf(summary: NumberSummary): NumberStatistics {
  const { count, nan, first, last } = summary;
  const hasNaN = nan > 0;
  const sum = ExactSum.fromBytes(summary.sum);
  const mean = hasNaN ? Number.NaN : meanOf(count, sum);
  const variance = hasNaN
    ? Number.NaN
    : varianceOf(count, sum, ExactSum.fromBytes(summary.squares));
  return {
    count,
    nan,
    mean,
    variance,
    std: Math.sqrt(variance),
    min: hasNaN ? Number.NaN : summary.min,
    max: hasNaN ? Number.NaN : summary.max,
    first,
    last,
  };
}

/**
 * The `p` quantile of summarized numbers, `p` from 0 to 1: the smallest number that at least this
 * share of them does not exceed (numpy's `inverted_cdf`). Off by at most 1/128 of its size; exact for
 * whole numbers up to 255, and for `p` 0 and 1. NaN if a number is NaN.
 */
export function quantileOf(summary: NumberSummary, p: number): number {
  const { count, nan, min, max } = summary;
  if (nan > 0) return Number.NaN;
  const rank = Math.max(Math.ceil(p * count), 1) - 1;
  if (rank === 0) return min;
  if (rank >= count - 1) return max;
  const found = numberOfRank(decodeSketch(summary.sketch) ?? new Map(), rank);
  return Math.min(Math.max(found, min), max);
}
