import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import type { Replayer } from "../replayer.ts";
import type { Params, StepContext } from "../simulation.ts";
import { bucketsOf } from "./buckets.ts";
import { functionFailed } from "./failures.ts";
import {
  checkArguments,
  type Look,
  looking,
  RANGE_OPTIONS,
  type RangeOptions,
  rangeOf,
} from "./look.ts";
import { type StepRange, scan } from "./scan.ts";

/** The values of a number at some steps in a row: their extremes, and both ends. */
export interface Bucket {
  /** The first and the last of these steps. */
  readonly from: number;
  readonly to: number;
  /** The least and the greatest value, without NaN; NaN if there is no other value. */
  readonly min: number;
  readonly max: number;
  /** The values at the first and at the last step. */
  readonly first: number;
  readonly last: number;
}

/** Which steps a series covers, and into how many buckets it cuts them. */
export interface SeriesOptions extends RangeOptions {
  /** The most buckets, up to 1,000,000; 1,000 unless given. Each step is one if there are fewer. */
  readonly points?: number | undefined;
}

/** What those may be; `bucketsOf` checks the points. */
export const SERIES_OPTIONS: OptionKinds<SeriesOptions> = { ...RANGE_OPTIONS, points: "any" };

const POINTS = 1_000;

/** The values of each metric over a range, in buckets. */
export async function series(
  replayer: Replayer,
  metrics: readonly Look<never, never, number>[],
  options: SeriesOptions = {},
): Promise<readonly (readonly Bucket[])[]> {
  const { points = POINTS, ...range } = options;
  return seriesOver(replayer, metrics, bucketsOf(rangeOf(replayer, range), points), range);
}

/**
 * The values of each metric in the given buckets, which follow each other without a gap, in one
 * pass. Throws FUNCTION_FAILED, which names the step, and what `scan` throws.
 */
export async function seriesOver(
  replayer: Replayer,
  metrics: readonly Look<never, never, number>[],
  buckets: readonly StepRange[],
  options: RangeOptions,
): Promise<readonly (readonly Bucket[])[]> {
  const range = { from: buckets[0]?.from ?? 0, to: buckets.at(-1)?.to ?? 0 };
  for (const metric of metrics) checkArguments(metric, options);
  const looks = metrics as readonly Look[];
  const all = metrics.map(() => new Buckets(buckets));
  const addAll = (state: unknown, context: StepContext<Params>, previous?: unknown): void => {
    for (let i = 0; i < looks.length; i++) {
      const value: unknown = (looks[i] as Look)(state, context, previous);
      if (typeof value !== "number") throw notNumber(value, context.step);
      (all[i] as Buckets).add(value, context.step);
    }
  };
  // Without a third parameter, because nothing passes one unless the options ask for it.
  const plain: Look<unknown, Params, void> = (state, context) => addAll(state, context);
  const look = await looking(replayer, range, options.previous ? addAll : plain, options);
  await scan(replayer, range, options, (state, context) => {
    try {
      look(state, context);
    } catch (cause) {
      throw functionFailed(cause, context.step);
    }
    return false;
  });
  return all.map((one) => one.result());
}

/** Collects the values of one metric, which come in the order of their steps. */
class Buckets {
  readonly #buckets: readonly StepRange[];
  readonly #done: Bucket[] = [];
  #end = Number.NEGATIVE_INFINITY;
  #first = Number.NaN;
  #last = Number.NaN;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(buckets: readonly StepRange[]) {
    this.#buckets = buckets;
  }

  add(value: number, step: number): void {
    if (step > this.#end) {
      if (this.#end >= 0) this.#close();
      this.#end = (this.#buckets[this.#done.length] as StepRange).to;
      this.#first = value;
      this.#min = Number.POSITIVE_INFINITY;
      this.#max = Number.NEGATIVE_INFINITY;
    }
    this.#last = value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  result(): readonly Bucket[] {
    this.#close();
    return this.#done;
  }

  #close(): void {
    const { from, to } = this.#buckets[this.#done.length] as StepRange;
    // NaN is neither less nor greater, so the two have met only if there was no other value.
    const empty = this.#min > this.#max;
    const [min, max] = empty ? [Number.NaN, Number.NaN] : [this.#min, this.#max];
    this.#done.push({ from, to, min, max, first: this.#first, last: this.#last });
  }
}

function notNumber(value: unknown, step: number): RewindError {
  return new RewindError(
    "FUNCTION_FAILED",
    `expected the function to give a number, got ${describe(value)} at step ${count(step)}`,
    { step, value },
  );
}
