import type { StateRef } from "../object/state.ts";
import { advance, type Position, type Visit } from "./advance.ts";
import { drive } from "./drive.ts";
import type { LongOptions } from "./environment.ts";
import type { Replayer } from "./replayer.ts";

/** The steps that a scan visits, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Shows `visit` the state at each step of the range, in one pass, until it returns true; gives the
 * state and the step at which it did. Each block's end is compared with its checkpoint, so that
 * what was seen is what was recorded. Throws REPLAY_MISMATCH where it is not.
 */
export async function scan(
  replayer: Replayer,
  range: Range & LongOptions,
  visit: Visit,
): Promise<Position | undefined> {
  const { env } = replayer;
  let position = await replayer.position(range.from);
  if (env.guard(() => visitAt(position, visit))) return position;
  let stopped = false;
  await drive(env, range, async (until) => {
    while (position.step < until && !stopped) {
      const cut = replayer.segmentAfter(position.step);
      if (cut === position.step + 1) {
        // A segment's first state need not be what the one before it leads to.
        position = await replayer.position(cut);
        stopped = env.guard(() => visitAt(position, visit));
      } else {
        const ahead = await checkpointsAhead(replayer, position.step);
        const to = Math.min(until, ahead.to, cut === undefined ? until : cut - 1);
        stopped = env.guard(() => cross(replayer, position, to, ahead.refs, visit));
      }
    }
    return stopped ? range.to : until;
  });
  return stopped ? position : undefined;
}

function visitAt({ state, step, segment }: Position, visit: Visit): boolean {
  segment.context.step = step;
  return visit(state, segment.context);
}

/** Advances over blocks whose checkpoints are at hand. */
function cross(
  replayer: Replayer,
  position: Position,
  to: number,
  checkpoints: ReadonlyMap<number, StateRef>,
  visit: Visit,
): boolean {
  while (position.step < to) {
    const stopped = advance(position, Math.min(to, replayer.gridAfter(position.step)), visit);
    const expected = checkpoints.get(position.step);
    if (expected !== undefined) replayer.check(position, expected);
    if (stopped) return true;
    if (position.step === replayer.gridBefore(position.step)) {
      position.rng = position.segment.generatorAt(position.step);
    }
  }
  return false;
}

/** What is stored of the states after `step`, up to the end of a tile. */
async function checkpointsAhead(
  replayer: Replayer,
  step: number,
): Promise<{ readonly to: number; readonly refs: ReadonlyMap<number, StateRef> }> {
  const { blockSize, steps, final } = replayer.run;
  const next = replayer.gridAfter(step) / blockSize;
  const refs = new Map<number, StateRef>();
  if (next < replayer.timeline.count) {
    const entries = await replayer.entries.run(replayer.timeline, next, replayer.timeline.count);
    entries.forEach((ref, i) => {
      refs.set((next + i) * blockSize, ref);
    });
    return { to: (next + entries.length - 1) * blockSize, refs };
  }
  return { to: steps, refs: refs.set(steps, final) };
}
