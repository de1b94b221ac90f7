import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import { formatPath, type Path } from "../../codec/path/format.ts";
import { getAt, numbersOf } from "../../codec/state/access.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import type { LongOptions } from "../environment.ts";
import { sample, sampledSteps } from "../look/samples.ts";
import type { StepRange } from "../look/scan.ts";
import type { Replayer } from "../replayer.ts";

/** One number of two runs, at some of their steps: what a plot of it needs. */
export interface Samples {
  /** Where the number is in the state, such as `state.agents[3].x`. */
  readonly path: string;
  /**
   * The steps: the first and the last of the range, and evenly spaced ones between them, moved to
   * checkpoints if those are close enough.
   */
  readonly steps: readonly number[];
  /** The number at each step; undefined if the state has no number there. */
  readonly a: readonly (number | undefined)[];
  readonly b: readonly (number | undefined)[];
}

/** A run, and the name by which errors call it. */
export interface NamedReplayer {
  readonly name: string;
  readonly replayer: Replayer;
}

/**
 * Reads the number at `path` at up to `most` evenly spaced steps. If neither run has a number at any of
 * them, throws PATH_NOT_FOUND, or INVALID_ARGUMENT for another value.
 */
export async function sampleBoth(
  path: Path,
  [a, b]: readonly [NamedReplayer, NamedReplayer],
  range: StepRange,
  most: number,
  options: LongOptions,
): Promise<Samples> {
  const steps = sampledSteps(range, most, [a.replayer, b.replayer]);
  let problem: RewindError | undefined;
  const read = async ({ name, replayer }: NamedReplayer): Promise<(number | undefined)[]> => {
    const { types } = (await replayer.segmentAt(steps[0] ?? 0)).simulation;
    return sample(
      replayer,
      steps,
      (state, step) => {
        const found = numberAt(state, path, types, `step ${count(step)} of ${name}`);
        if (!(found instanceof RewindError)) return found;
        problem ??= withNumbers(found, state);
        return undefined;
      },
      options,
    );
  };
  const samples = { path: formatPath(path), steps, a: await read(a), b: await read(b) };
  const none = [...samples.a, ...samples.b].every((value) => value === undefined);
  if (none && problem !== undefined) throw problem;
  return samples;
}

/** The error, with the numbers that the state has. */
function withNumbers(error: RewindError, state: unknown): RewindError {
  const hint = numbersOf(state);
  return hint === undefined ? error : withData(error, { hint }, `${error.message}: ${hint}`);
}

/** The number at a path, or the error that says why there is no number. */
function numberAt(
  state: unknown,
  path: Path,
  types: TypeCodecs | undefined,
  where: string,
): number | RewindError {
  try {
    const value = getAt(state, path, types);
    if (typeof value === "number" || typeof value === "bigint") return Number(value);
    return new RewindError(
      "INVALID_ARGUMENT",
      `expected a number at ${formatPath(path)}, got ${describe(value)} at ${where}`,
      { path: formatPath(path) },
    );
  } catch (error) {
    if (isRewindError(error, "PATH_NOT_FOUND")) return error;
    throw error;
  }
}
