import { count } from "../../base/count.ts";
import { type ErrorData, isRewindError, RewindError } from "../../base/errors.ts";
import type { Position } from "../advance.ts";
import { drive } from "../drive.ts";
import { split } from "../jobs/split.ts";
import type { Task } from "../jobs/task.ts";
import type { Replayer } from "../replayer.ts";
import { ownCopy } from "../start.ts";
import { functionFailed } from "./failures.ts";
import {
  checkArguments,
  type Look,
  type LookOver,
  looking,
  type RangeOptions,
  rangeOf,
} from "./look.ts";
import { type LookInput, lookIn, passOver, stepsOf } from "./look-pieces.ts";
import { type StepRange, scan } from "./scan.ts";

/** A step and the state there. */
export interface Found<S> {
  readonly step: number;
  readonly state: S;
}

/** The first step at which `predicate` holds, and the state there; undefined if no step matches. */
export async function find<S>(
  replayer: Replayer,
  predicate: Look<never, never> | LookOver,
  options: RangeOptions = {},
): Promise<Found<S> | undefined> {
  const range = rangeOf(replayer, options);
  checkArguments(predicate, options);
  let match: Match | undefined;
  try {
    await split({
      ...passOver(replayer, range, predicate, options),
      task: findTask(predicate),
      deliver(found) {
        match = found;
        return found !== undefined;
      },
    });
    if (match === undefined) return undefined;
    const position = match.position ?? (await replayer.positionAt(match.step));
    return await found<S>(position, replayer);
  } catch (error) {
    throw interruptedAhead(error, range);
  }
}

/** Where a predicate holds; the position is there unless a worker found it. */
interface Match {
  readonly step: number;
  readonly position: Position | undefined;
}

/** Finds the first step of a piece at which a predicate holds. */
export function findTask(
  given?: Look<never, never> | LookOver,
): Task<LookInput, Match | undefined> {
  return {
    name: "find",
    async run({ runs: [run], isWorker }, input, piece, long) {
      const replayer = run as Replayer;
      const steps = stepsOf(piece, input);
      const options = { ...long, previous: input.previous };
      const look = await looking(replayer, steps, lookIn(input, given), options);
      const position = await scan(replayer, steps, long, (state, context) => {
        try {
          return Boolean(look(state, context));
        } catch (cause) {
          throw functionFailed(cause, context.step);
        }
      });
      return position && { step: position.step, position: isWorker ? undefined : position };
    },
  };
}

/**
 * The last step at which `predicate` holds, and the state there; undefined if no step matches.
 * Looks at the last block first, so that it finds a late match soon.
 */
export async function findLast<S>(
  replayer: Replayer,
  predicate: Look<never, never> | LookOver,
  options: RangeOptions = {},
): Promise<Found<S> | undefined> {
  const { from, to } = rangeOf(replayer, options);
  const { onProgress, signal } = options;
  const total = to - from + 1;
  let last: number | undefined;
  let end = to;
  const lookThrough = async (start: number): Promise<void> => {
    const range = { from: start, to: end };
    const look = await looking(replayer, range, predicate, options);
    const behind = to - end;
    const onSlice =
      onProgress && (({ done }: { done: number }) => onProgress({ done: behind + done, total }));
    await scan(replayer, range, { signal, onProgress: onSlice }, (state, context) => {
      try {
        if (look(state, context)) last = context.step;
      } catch (cause) {
        throw functionFailed(cause, context.step);
      }
      return false;
    });
    end = start - 1;
  };
  try {
    await drive(replayer.env, { onProgress, signal, from: 0, to: total }, async (until) => {
      await lookThrough(Math.max(from, firstOfBlock(replayer, to + 1 - until)));
      return last === undefined ? to - end : total;
    });
    return last === undefined ? undefined : found<S>(await replayer.positionAt(last), replayer);
  } catch (error) {
    const looked = end === to ? undefined : { from: end + 1, to };
    throw interruptedPass(error, looked, { from, to: end }, 0);
  }
}

/**
 * The first step of a pass that includes `step`: one step after a checkpoint, so that the
 * next pass backward ends on that checkpoint.
 */
function firstOfBlock(replayer: Replayer, step: number): number {
  return step === 0 ? 0 : replayer.gridBefore(step - 1) + 1;
}

/** A position's step and a copy of its state. The copy belongs to the caller. */
export async function found<S>(
  { step, state, segment }: Position,
  replayer: Replayer,
): Promise<Found<S>> {
  const { simulation } = await replayer.segmentAt(step);
  return { step, state: ownCopy(state, segment.simulation, simulation, replayer.env) as S };
}

/** The data of INTERRUPTED: how far a pass had got. */
export interface Interrupted {
  /** The steps that the pass looked at; undefined if it had not reached the first. */
  readonly looked: StepRange | undefined;
  /** The steps that are left: a pass over them completes this one. */
  readonly rest: StepRange;
  /** How many of the steps looked at matched the predicate; of a count, the first and the last. */
  readonly held: number;
  readonly first?: number | undefined;
  readonly last?: number | undefined;
}

/** Adds to INTERRUPTED how far a pass over `range` had got; leaves other errors as they are. */
export function interruptedAhead(
  error: unknown,
  { from, to }: StepRange,
  held = 0,
  matches: Pick<Interrupted, "first" | "last"> = {},
): unknown {
  if (!isRewindError(error, "INTERRUPTED")) return error;
  const { step = -1 } = error.data;
  // A pass replays the steps before the first one that it looks at.
  if (step < from) return interruptedPass(error, undefined, { from, to }, held);
  return interruptedPass(error, { from, to: step }, { from: step + 1, to }, held, matches);
}

function interruptedPass(
  error: unknown,
  looked: StepRange | undefined,
  rest: StepRange,
  held: number,
  matches: Pick<Interrupted, "first" | "last"> = {},
): unknown {
  const where =
    looked === undefined ? "no step yet" : `steps ${count(looked.from)} to ${count(looked.to)}`;
  const progress: Interrupted = { looked, rest, held, ...matches };
  return interrupted(error, `looked at ${where}`, progress);
}

/** Adds to INTERRUPTED how far a search had got; leaves other errors as they are. */
export function interrupted(
  error: unknown,
  progress: string,
  data: ErrorData["INTERRUPTED"],
): unknown {
  if (!isRewindError(error, "INTERRUPTED")) return error;
  return new RewindError("INTERRUPTED", `interrupted: ${progress}`, data);
}
