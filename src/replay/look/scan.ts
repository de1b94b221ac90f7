import { equalBytes } from "../../base/bytes.ts";
import { isRewindError } from "../../base/errors.ts";
import type { StateRef } from "../../object/state.ts";
import { advance, type Position, type Visit } from "../advance.ts";
import { drive } from "../drive.ts";
import { encodeState, type LongOptions } from "../environment.ts";
import { type Replayer, restore } from "../replayer.ts";
import { fingerprint, functionChangedState } from "./failures.ts";
import { reach } from "./reach.ts";

/** The steps that a scan visits, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Shows `visit` the state at each step of the range, in one pass, until it returns true; gives the
 * state and the step at which it did, replayed without it. Each block's end is compared with its
 * checkpoint, and the last state with a replay, so that what was seen is what was recorded. Throws
 * REPLAY_MISMATCH where it is not, and FUNCTION_FAILED where that is because `visit` changed it.
 */
export async function scan(
  replayer: Replayer,
  range: Range & LongOptions,
  visit: Visit,
): Promise<Position | undefined> {
  const { env } = replayer;
  let position = await reach(replayer, range.from, range);
  let stopped = env.guard(() => visitAt(position, visit));
  let compared = -1;
  if (!stopped) {
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
          stopped = await cross(replayer, position, to, ahead.refs, visit);
          if (ahead.refs.has(position.step)) compared = position.step;
        }
      }
      return stopped ? range.to : until;
    });
  }
  if (!stopped && compared === position.step) return undefined;
  const again = await replayer.position(position.step);
  if (!sameStates(replayer, position, again)) throw functionChangedState(position.step);
  return stopped ? again : undefined;
}

function visitAt({ state, step, segment }: Position, visit: Visit): boolean {
  segment.context.step = step;
  return visit(state, segment.context);
}

/** Advances over blocks whose checkpoints are at hand. */
async function cross(
  replayer: Replayer,
  position: Position,
  to: number,
  checkpoints: ReadonlyMap<number, StateRef>,
  visit: Visit,
): Promise<boolean> {
  try {
    return replayer.env.guard(() => crossBlocks(replayer, position, to, checkpoints, visit));
  } catch (error) {
    if (isRewindError(error, "REPLAY_MISMATCH")) {
      await checkWithoutVisit(replayer, position.step, checkpoints);
      throw functionChangedState(position.step);
    }
    throw error;
  }
}

function crossBlocks(
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
    const { source } = position.segment;
    if (source.beginsAt(position.step)) position.streams = source.at(position.step);
  }
  return false;
}

/** Replays a block whose end was not as it is recorded, alone. Throws REPLAY_MISMATCH again. */
async function checkWithoutVisit(
  replayer: Replayer,
  step: number,
  checkpoints: ReadonlyMap<number, StateRef>,
): Promise<void> {
  const position = restore(await replayer.start(step - 1));
  replayer.env.guard(() => advance(position, step));
  replayer.check(position, checkpoints.get(step) as StateRef);
}

function sameStates({ env }: Replayer, seen: Position, replayed: Position): boolean {
  if (Object.is(seen.state, replayed.state)) return true;
  const expected = fingerprint(replayed.state, replayed.segment.simulation, env);
  if (expected === undefined) return true;
  return equalBytes(encodeState(seen.state, seen.segment.simulation, env), expected);
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
