import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import type { Environment, LongOptions, Progress } from "./environment.ts";

/** How long a slice of work should take before the clock is read again. */
const SLICE_MS = 30;

/** How many steps a slice takes, for the next piece of the same work to begin with. */
export interface Pace {
  steps: number;
}

/**
 * Does long work in slices of about 30 ms. `work(until)` continues to step `until` at most and
 * returns the step that it reached, or a later one if it can skip ahead. Between slices, `drive`
 * reports progress, lets other work in the process run, and throws INTERRUPTED if the signal is
 * aborted.
 */
export async function drive(
  env: Environment,
  options: LongOptions & {
    readonly from: number;
    readonly to: number;
    /** The pace of the work before, which this work continues and updates. */
    readonly pace?: Pace | undefined;
  },
  work: (until: number) => number | Promise<number>,
): Promise<void> {
  const { from, onProgress, signal, pace } = options;
  // One step at first: it may take a minute, and Ctrl-C should not wait longer.
  let budget = pace?.steps ?? 1;
  let paused = env.now();
  // The end is read each time: `onProgress` may move it closer, where others do the rest.
  for (let step = from; step < options.to; ) {
    const { to } = options;
    if (signal?.aborted) throw interrupted(step);
    const until = Math.min(to, step + budget);
    const before = step;
    const started = env.now();
    step = await work(until);
    const ended = env.now();
    const tookMs = ended - started;
    if (tookMs > SLICE_MS * 2) {
      // At once as small as the pace asks for: the next steps may take as long as these.
      const fitting = Math.floor(((step - before) * SLICE_MS) / tookMs);
      budget = Math.max(1, Math.min(Math.floor(budget / 2), fitting));
    } else if (tookMs < SLICE_MS / 2 && step >= until) budget *= 2;
    if (pace !== undefined) pace.steps = budget;
    onProgress?.({ done: Math.min(step, to) - from, total: to - from });
    if (step < options.to && ended - paused >= SLICE_MS) {
      await env.pause();
      paused = env.now();
    }
  }
}

/**
 * A function for a long search to await in each turn. Every 30 ms it lets other work in the process
 * run, and throws INTERRUPTED if the signal is aborted. Awaiting promises alone would let no signal
 * in.
 */
export function breather(
  env: Pick<Environment, "now" | "pause">,
  signal: AbortSignal | undefined,
): () => Promise<void> {
  let paused = env.now();
  return async () => {
    if (env.now() - paused < SLICE_MS) return;
    await env.pause();
    paused = env.now();
    if (signal?.aborted) throw new RewindError("INTERRUPTED", "interrupted");
  };
}

/**
 * One `onProgress` for each of several long operations in a row, so that the given `onProgress` is
 * told the progress of all of them together. `totals` are the steps of each.
 */
export function jointProgress(
  totals: readonly number[],
  onProgress: LongOptions["onProgress"],
): ((progress: Progress) => void)[] {
  const total = totals.reduce((sum, steps) => sum + steps, 0);
  let before = 0;
  return totals.map((steps) => {
    const offset = before;
    before += steps;
    return ({ done }) => onProgress?.({ done: offset + done, total });
  });
}

function interrupted(step: number): RewindError {
  return new RewindError("INTERRUPTED", `interrupted at step ${count(step)}`, { step });
}
