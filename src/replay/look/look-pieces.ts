import type { Job } from "../jobs/job.ts";
import { workspaceOf } from "../jobs/task.ts";
import type { Replayer } from "../replayer.ts";
import type { Piece } from "../workers.ts";
import { type LookText, lookOf, textOf } from "./expression.ts";
import type { Look, LookOver, RangeOptions } from "./look.ts";
import type { StepRange } from "./scan.ts";

/** What the pieces of a pass over a range need; it can go to a worker if the look has a text. */
export interface LookInput {
  /** The first step of the range. */
  readonly from: number;
  readonly text: LookText | undefined;
  readonly previous: boolean;
}

/** What all passes over a range share: their units are steps, and they are cut at checkpoints. */
export function passOver(
  replayer: Replayer,
  range: StepRange,
  look: Look<never, never> | LookOver,
  options: RangeOptions,
): Omit<Job<LookInput, never>, "task" | "deliver"> {
  const { onProgress, signal, jobs, previous = false } = options;
  const text = textOf(look);
  return {
    ...{ onProgress, signal, ...range },
    workspace: workspaceOf(replayer),
    input: { from: range.from, text, previous },
    // A function of the caller cannot go to another thread.
    jobs: text === undefined ? 1 : jobs,
    cutAfter: (step) => gridAt(replayer, step),
  };
}

/** The first step of the grid at or after this one. */
function gridAt(replayer: Replayer, step: number): number {
  const before = replayer.gridBefore(step);
  return before === step ? step : replayer.gridAfter(step);
}

/**
 * The steps of a piece: those after its beginning, which belongs to the piece before, up to its
 * end, which may move closer.
 */
export function stepsOf(piece: Piece, { from }: LookInput): StepRange {
  return {
    from: piece.from === from ? from : piece.from + 1,
    get to() {
      return piece.to;
    },
  };
}

/** The look of a pass: the caller's own, or on a worker one made from its text. */
export function lookIn(
  { text }: LookInput,
  given: Look<never, never> | LookOver | undefined,
): Look<never, never> | LookOver {
  if (given !== undefined) return given;
  if (text === undefined) throw new Error("expected a look that was written as text");
  return lookOf(text);
}
