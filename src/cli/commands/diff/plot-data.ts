import { describe } from "../../../base/checks.ts";
import { isRewindError, RewindError } from "../../../base/errors.ts";
import { formatPath, type Path } from "../../../codec/path/format.ts";
import { getAt } from "../../../codec/state/access.ts";
import type { LongOptions } from "../../../replay/environment.ts";
import { sample, sampledSteps } from "../../../replay/look/samples.ts";
import type { StepRange } from "../../../replay/look/scan.ts";
import type { Replayer } from "../../../replay/replayer.ts";
import { count } from "../../terminal/text.ts";

/** One number of two runs, at some of their steps. */
export interface Samples {
  readonly path: string;
  readonly steps: readonly number[];
  /** The number at each step; undefined if the state has no number there. */
  readonly a: readonly (number | undefined)[];
  readonly b: readonly (number | undefined)[];
}

/** A run and its name. */
interface Side {
  readonly name: string;
  readonly replayer: Replayer;
}

/**
 * Reads the number at `path` at up to `most` evenly spaced steps. If neither run has a number at any of
 * them, throws PATH_NOT_FOUND, or INVALID_ARGUMENT for another value.
 */
export async function sampleBoth(
  path: Path,
  [a, b]: readonly [Side, Side],
  range: StepRange,
  most: number,
  options: LongOptions,
): Promise<Samples> {
  const steps = sampledSteps(range, most, [a.replayer, b.replayer]);
  let problem: RewindError | undefined;
  const read = ({ name, replayer }: Side): Promise<(number | undefined)[]> =>
    sample(
      replayer,
      steps,
      (state, step) => {
        const found = numberAt(state, path, `step ${count(step)} of ${name}`);
        if (!(found instanceof RewindError)) return found;
        problem ??= found;
        return undefined;
      },
      options,
    );
  const samples = { path: formatPath(path), steps, a: await read(a), b: await read(b) };
  const none = [...samples.a, ...samples.b].every((value) => value === undefined);
  if (none && problem !== undefined) throw problem;
  return samples;
}

/** The number at a path, or the error that says why there is no number. */
function numberAt(state: unknown, path: Path, where: string): number | RewindError {
  try {
    const value = getAt(state, path);
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
