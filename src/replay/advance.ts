import { describe } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import type { LiveSegment } from "./segment.ts";
import type { Params, StepContext } from "./simulation.ts";
import { stepFailure } from "./step-failure.ts";
import type { Streams } from "./streams.ts";
import type { Watch } from "./watch.ts";

/** A place in a run from which it can continue: a live state and its generators. */
export interface Standing {
  step: number;
  state: unknown;
  streams: Streams;
  readonly segment: LiveSegment;
}

/** A place in a replay, with the witness of the stretch that leads to it. */
export interface Position extends Standing {
  watch: Watch;
}

/**
 * Called with each state that a replay passes, the context there, and the segment whose code gave the
 * state. It must change none of them. Returning true stops the replay.
 */
export type Visit = (state: unknown, context: StepContext<Params>, segment: LiveSegment) => boolean;

/**
 * Applies steps until the position is at step `to`, in the same segment and block. Everything else
 * is built on this. Calls `visit` with each new state and returns whether it stopped the replay.
 * Throws STEP_FAILED, which names the step and leaves the position unusable.
 */
export function advance(position: Position, to: number, visit?: Visit): boolean {
  const { segment, watch } = position;
  const go =
    segment.source.rule === "step"
      ? applyReseeding
      : visit === undefined
        ? applySteps
        : applyVisiting;
  try {
    segment.begin();
    let stopped = false;
    while (position.step < to && !stopped) {
      if (position.step === watch.next) watch.take(position.state, segment);
      stopped = go(position, Math.min(to, watch.next), visit);
    }
    segment.checkParams();
    return stopped;
  } catch (error) {
    throw stepFailure(error, position.segment);
  } finally {
    position.segment.rest();
  }
}

/** Gives each step new generators. */
function applyReseeding(position: Standing, to: number, visit: Visit | undefined): boolean {
  const { source } = position.segment;
  while (position.step < to) {
    const next = position.step + 1;
    position.streams = source.at(position.step);
    if (visit === undefined) applySteps(position, next);
    else if (applyVisiting(position, next, visit)) return true;
  }
  return false;
}

// A tight loop that does nothing but the step: every command spends its time here.
function applySteps(position: Standing, to: number): false {
  const { streams, segment } = position;
  const { simulation, context } = segment;
  const rng = streams.main;
  segment.use(streams);
  let state = position.state;
  for (let step = position.step; step < to; step++) {
    context.step = step;
    const next = simulation.step(state, rng, context);
    if (next === undefined) checkInPlace(state, step);
    else if (typeof next === "object" && next !== state) checkNoPromise(next, step);
    state = next === undefined ? state : next;
  }
  segment.pause();
  position.state = state;
  position.step = to;
  return false;
}

function applyVisiting(position: Standing, to: number, visit: Visit | undefined): boolean {
  if (visit === undefined) return applySteps(position, to);
  const { streams, segment } = position;
  const { simulation, context } = segment;
  const rng = streams.main;
  segment.use(streams);
  // What looks at the states is not part of the run. Most runs have nothing to take from it, and then
  // two calls for each step would take longer than a short step.
  const { hasChance } = segment;
  if (!hasChance) segment.pause();
  let state = position.state;
  let stopped = false;
  let step = position.step;
  while (step < to && !stopped) {
    context.step = step;
    const next = simulation.step(state, rng, context);
    if (next === undefined) checkInPlace(state, step);
    else if (typeof next === "object" && next !== state) checkNoPromise(next, step);
    state = next === undefined ? state : next;
    context.step = ++step;
    if (hasChance) segment.pause();
    stopped = visit(state, context, segment);
    if (hasChance) segment.use(streams);
  }
  segment.pause();
  position.state = state;
  position.step = step;
  return stopped;
}

/**
 * A step that returns nothing must have changed its state in place, so the state must be an object.
 */
function checkInPlace(state: unknown, step: number): void {
  if (typeof state === "object" && state !== null) return;
  throw new RewindError(
    "STEP_RETURNED_NOTHING",
    `step ${count(step)} returned nothing, but its state, ${describe(state)}, cannot be changed in place`,
    { step },
  );
}

function checkNoPromise(next: object | null, step: number): void {
  if (next === null || typeof (next as { then?: unknown }).then !== "function") return;
  throw new RewindError(
    "STEP_RETURNED_PROMISE",
    `step ${count(step)} returned a promise: a step must give the next state at once`,
    { step },
  );
}
