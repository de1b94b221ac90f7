import { equalBytes } from "../../base/bytes.ts";
import type { Segment } from "../../object/run.ts";
import { advance, type Position } from "../advance.ts";
import { differ } from "../differ.ts";
import { drive } from "../drive.ts";
import type { Environment, LongOptions } from "../environment.ts";
import type { StepRange } from "../look/scan.ts";
import { reach } from "../look/scan.ts";
import type { Replayer } from "../replayer.ts";
import { checkEnd } from "../stretch.ts";
import { firstStoredDifference, sameRules } from "./shared-history.ts";

/**
 * Advances two positions side by side to step `to`. Stops at the first step at which their states
 * differ and returns it; undefined if none does. Both must stay inside one segment and block.
 */
export function firstDifferentStep(
  a: Position,
  b: Position,
  to: number,
  env: Environment,
): number | undefined {
  while (!differ(a, b, env)) {
    if (a.step >= to) return undefined;
    advance(a, a.step + 1);
    advance(b, b.step + 1);
  }
  return a.step;
}

/** Called with two runs at the same step; returns whether their states differ, or to stop. */
export type CompareAt = (a: Position, b: Position) => "equal" | "different" | "stop";

/**
 * Advances two runs side by side over the steps from..to, and calls `compare` at each step at which
 * they can differ. Runs with equal states, code, params, seeds and generators stay equal up to the
 * next checkpoint or change, and as long as their checkpoints are equal, so those steps are
 * skipped. The replay of every other block is compared with the recording. Throws REPLAY_MISMATCH.
 */
export async function lockstep(
  a: Replayer,
  b: Replayer,
  options: StepRange & LongOptions,
  compare: CompareAt,
): Promise<void> {
  const { env } = a;
  const { to } = options;
  const rulesAreSame = comparisonOfRules(a, b);
  let [pa, pb] = await Promise.all([
    reach(a, options.from, options),
    reach(b, options.from, options),
  ]);
  let verdict = env.guard(() => compare(pa, pb));
  await drive(env, options, async (until) => {
    while (pa.step < until && verdict !== "stop") {
      const mayMeet = rulesAreSame(pa.step);
      const sameFuture = mayMeet && verdict === "equal" && sameGenerators(pa, pb);
      const next = Math.min(boundaryAfter(a, pa.step), boundaryAfter(b, pb.step), to);
      const step = sameFuture ? await nextThatCanDiffer(a, b, pa.step, next, options) : next;
      // Nothing differs in the rest of the range.
      if (step > to) return to;
      if (step > next) {
        [pa, pb] = await Promise.all([a.positionAt(step), b.positionAt(step)]);
      } else if (sameFuture || pa.step + 1 === next) {
        pa = await cross(a, pa, next, !sameFuture);
        pb = await cross(b, pb, next, !sameFuture);
      } else {
        const last = Math.min(next - 1, until);
        verdict = env.guard(() => advanceBoth(pa, pb, last, mayMeet, compare));
        continue;
      }
      verdict = env.guard(() => compare(pa, pb));
    }
    return verdict === "stop" ? to : Math.max(until, pa.step);
  });
}

/** Goes on inside a block to the step `last`, or until the two meet or `compare` stops. */
function advanceBoth(
  pa: Position,
  pb: Position,
  last: number,
  mayMeet: boolean,
  compare: CompareAt,
): "equal" | "different" | "stop" {
  for (;;) {
    advance(pa, pa.step + 1);
    advance(pb, pb.step + 1);
    const verdict = compare(pa, pb);
    if (verdict === "stop" || pa.step >= last) return verdict;
    if (mayMeet && verdict === "equal" && sameGenerators(pa, pb)) return verdict;
  }
}

/** Whether equal states and generators give equal ones after the next step. */
function comparisonOfRules(a: Replayer, b: Replayer): (step: number) => boolean {
  // Different block sizes give different generators in nearly every block.
  if (a.manifest.blockSize !== b.manifest.blockSize) return () => false;
  let known: { readonly a: Segment; readonly b: Segment; readonly same: boolean } | undefined;
  return (step) => {
    const [segmentA, segmentB] = [a.segmentRecorded(step), b.segmentRecorded(step)];
    if (known?.a !== segmentA || known.b !== segmentB) {
      known = { a: segmentA, b: segmentB, same: sameRules(segmentA, segmentB) };
    }
    return known.same;
  };
}

function sameGenerators(pa: Position, pb: Position): boolean {
  const [a, b] = [pa.streams.states(), pb.streams.states()];
  return (
    equalBytes(a.main, b.main) &&
    a.named.length === b.named.length &&
    a.named.every(([name, state], i) => {
      const [nameB, stateB] = b.named[i] as (typeof b.named)[number];
      return name === nameB && equalBytes(state, stateB);
    })
  );
}

/**
 * The first step at which two runs with the same future can part. This is `next`, or, if whole
 * blocks with equal checkpoints and rules begin here, the last step on the grid before those end.
 */
async function nextThatCanDiffer(
  a: Replayer,
  b: Replayer,
  step: number,
  next: number,
  { signal }: LongOptions,
): Promise<number> {
  if (step !== a.gridBefore(step) || next !== a.gridAfter(step)) return next;
  const stored = await firstStoredDifference(a, b, { from: step, signal });
  const end = stored ?? Math.min(a.manifest.steps, b.manifest.steps);
  const cut = Math.min(a.segmentAfter(step) ?? end, b.segmentAfter(step) ?? end, end - 1);
  return Math.max(next, a.gridBefore(cut));
}

/** Brings a position to `next`, which is in its block or begins the next block or segment. */
async function cross(
  replayer: Replayer,
  position: Position,
  next: number,
  check: boolean,
): Promise<Position> {
  const begins = next === boundaryAfter(replayer, position.step);
  if (check || !begins) replayer.env.guard(() => advance(position, next));
  if (check && (begins || next === replayer.manifest.steps)) {
    await checkEnd(replayer, position, await replayer.stretch(position.watch.start));
  }
  return begins ? replayer.positionAt(next) : position;
}

/** The step at which the next block or segment begins. */
function boundaryAfter(replayer: Replayer, step: number): number {
  return Math.min(
    replayer.gridAfter(step),
    replayer.segmentAfter(step) ?? Number.POSITIVE_INFINITY,
  );
}
