import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { split } from "../jobs/split.ts";
import type { Task } from "../jobs/task.ts";
import type { Replayer } from "../replayer.ts";
import { functionFailed } from "./failures.ts";
import { checkArguments, type Look, looking, type RangeOptions, rangeOf } from "./look.ts";
import { type LookInput, lookIn, passOver, stepsOf } from "./look-pieces.ts";
import { Moments, type MomentsData } from "./moments.ts";
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
 * Count, mean, variance and extremes of `metric` over every step, in one pass. The sums are exact
 * and each result is rounded once, so that they do not depend on how the range was cut.
 */
export async function stats<S, R extends number | readonly number[]>(
  replayer: Replayer,
  metric: Metric<S, R>,
  options: RangeOptions = {},
): Promise<R extends number ? Statistics : VectorStatistics> {
  const range = rangeOf(replayer, options);
  const look = metric as Look<never, never>;
  checkArguments(look, options);
  let isVector = false;
  let total: Moments | undefined;
  await split({
    ...passOver(replayer, range, look, options),
    task: statsTask(look),
    deliver(part) {
      isVector = part.isVector;
      total ??= new Moments(part.moments.width);
      total.merge(part.moments);
      return false;
    },
  });
  const moments = total as unknown as Moments;
  const result = isVector ? vectorStatistics(moments) : scalarStatistics(moments);
  return result as R extends number ? Statistics : VectorStatistics;
}

/** The moments of a piece. */
interface Part {
  readonly isVector: boolean;
  readonly moments: MomentsData;
}

/** Gathers the moments of the numbers that a metric gives at the steps of a piece. */
export function statsTask(given?: Look<never, never>): Task<LookInput, Part> {
  return {
    name: "stats",
    async run({ runs: [run] }, input, piece, long) {
      const replayer = run as Replayer;
      const steps = stepsOf(piece, input);
      const options = { ...long, previous: input.previous };
      const look = await looking<unknown>(replayer, steps, lookIn(input, given), options);
      let scalar: Moments | undefined;
      let vector: Moments | undefined;
      await scan(replayer, steps, long, (state, context) => {
        let value: unknown;
        try {
          value = look(state, context);
        } catch (cause) {
          throw functionFailed(cause, context.step);
        }
        if (typeof value === "number" && vector === undefined) {
          scalar ??= new Moments(1);
          scalar.addSingle(value);
        } else if (Array.isArray(value) && scalar === undefined) {
          vector ??= new Moments(value.length);
          vector.add(numbersIn(value, context.step, vector.width));
        } else {
          throw notNumbers(value, context.step);
        }
        return false;
      });
      const moments = (vector ?? scalar) as Moments;
      return { isVector: vector !== undefined, moments: moments.data() };
    },
  };
}

function numbersIn(values: readonly unknown[], step: number, width: number): readonly number[] {
  let isSound = values.length === width;
  for (let i = 0; i < width && isSound; i++) isSound = typeof values[i] === "number";
  if (isSound) return values as readonly number[];
  throw notNumbers(values, step, width);
}

function scalarStatistics(moments: Moments): Statistics {
  return {
    count: moments.count,
    mean: moments.mean(0),
    variance: moments.variance(0),
    min: moments.min(0),
    max: moments.max(0),
  };
}

function vectorStatistics(moments: Moments): VectorStatistics {
  const each = Array.from({ length: moments.width }, (_, i) => i);
  return {
    count: moments.count,
    mean: each.map((i) => moments.mean(i)),
    variance: each.map((i) => moments.variance(i)),
    min: each.map((i) => moments.min(i)),
    max: each.map((i) => moments.max(i)),
    covariance: each.map((i) => each.map((j) => moments.covariance(i, j))),
  };
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
