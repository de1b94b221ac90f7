import { equalBytes } from "../../base/bytes.ts";
import type { RewindError } from "../../base/errors.ts";
import { advance, type Position, type Visit } from "../advance.ts";
import { drive } from "../drive.ts";
import { encodeState, type LongOptions } from "../environment.ts";
import type { TakeLog } from "../guard.ts";
import { driveOver } from "../jobs/task.ts";
import type { Replayer } from "../replayer.ts";
import { restore } from "../start.ts";
import { agrees, agreesAs, replayMismatch, type Stretch } from "../stretch.ts";
import { Watch } from "../watch.ts";
import { fingerprint, functionChangedState } from "./failures.ts";

/** A range of steps, both ends included. */
export interface StepRange {
  readonly from: number;
  readonly to: number;
}

type Advancing = typeof advance;

/**
 * Calls `visit` with the state at each step of the range, in one pass, until it returns true.
 * The end of the range may move closer meanwhile. Returns the position at which it did, replayed
 * without `visit`. `log` takes what the steps in between log. The end of each block is compared
 * with its checkpoint, and the last state with a replay, so that `visit` saw the recorded states.
 * Throws REPLAY_MISMATCH if it did not, and FUNCTION_FAILED if `visit` itself changed a state. Awaits
 * `between` every few milliseconds, outside of any step.
 */
export async function scan(
  replayer: Replayer,
  range: StepRange,
  long: LongOptions & {
    readonly between?: (() => Promise<void>) | undefined;
    readonly log?: TakeLog | undefined;
  },
  visit: Visit,
): Promise<Position | undefined> {
  const { env } = replayer;
  // Other replays on the way take the same steps again, and are not heard.
  const advancing: Advancing = (live, to, look) => {
    env.guard.log = long.log;
    try {
      return advance(live, to, look);
    } finally {
      env.guard.log = undefined;
    }
  };
  let position = await reach(replayer, range.from, long);
  let stopped = env.guard(() => visitAt(position, visit));
  let compared = -1;
  if (!stopped) {
    await drive(env, driveOver(range, long), async (until) => {
      while (position.step < until && !stopped) {
        const cut = replayer.segmentAfter(position.step);
        if (cut === position.step + 1) {
          await leave(replayer, position, cut, advancing);
          // A segment may begin with another state than the one before it leads to.
          position = await replayer.positionAt(cut);
          stopped = env.guard(() => visitAt(position, visit));
        } else {
          const ahead = await stretchesAhead(replayer, position);
          const to = Math.min(until, ahead.to, cut === undefined ? until : cut - 1);
          stopped = await cross(replayer, position, to, ahead.byEnd, visit, advancing);
          if (ahead.byEnd.has(position.step)) compared = position.step;
        }
      }
      await long.between?.();
      return stopped ? range.to : until;
    });
  }
  if (!stopped && compared === position.step) return undefined;
  const again = await replayer.positionAt(position.step);
  if (!sameStates(replayer, position, again)) throw functionChangedState(position.step);
  return stopped ? again : undefined;
}

/**
 * A live position at `step`, not checked yet: the caller compares the end of its block. It belongs
 * to the caller. The signal interrupts it.
 */
export function reach(
  replayer: Replayer,
  step: number,
  { signal }: Pick<LongOptions, "signal">,
): Promise<Position> {
  return replayer.positionAt(step, { signal, check: false });
}

function visitAt({ state, step, segment }: Position, visit: Visit): boolean {
  segment.context.step = step;
  return visit(state, segment.context, segment);
}

/** Applies the last step before the next segment without `visit`, and compares the stretch. */
async function leave(
  replayer: Replayer,
  position: Position,
  cut: number,
  advancing: Advancing,
): Promise<void> {
  replayer.env.guard(() => advancing(position, cut));
  const stretch = await replayer.stretch(position.watch.start);
  if (!agrees(replayer, position, stretch)) throw await mismatchOf(replayer, stretch);
}

/** Advances over blocks and compares the end of each with the given stretches. */
async function cross(
  replayer: Replayer,
  position: Position,
  to: number,
  stretches: ReadonlyMap<number, Stretch>,
  visit: Visit,
  advancing: Advancing,
): Promise<boolean> {
  const differs = { at: undefined as Stretch | undefined };
  const stopped = replayer.env.guard(() => {
    while (position.step < to) {
      const stopped = advancing(position, Math.min(to, replayer.gridAfter(position.step)), visit);
      const stretch = stretches.get(position.step);
      if (stretch !== undefined) {
        const encoded = encodeState(position.state, position.segment.simulation, replayer.env);
        if (!agreesAs(encoded, replayer, position, stretch)) {
          differs.at = stretch;
          return true;
        }
        if (!stopped) enterBlock(replayer, position, encoded.length);
      }
      if (stopped) return true;
    }
    return false;
  });
  if (differs.at !== undefined) throw await mismatchOf(replayer, differs.at);
  return stopped;
}

/** Begins the next block with the state at the end of the one before. */
function enterBlock({ env }: Replayer, position: Position, lengthBytes: number): void {
  const { step, segment } = position;
  position.watch = Watch.from(step, lengthBytes, segment, env);
  if (segment.source.beginsAt(step)) position.streams = segment.source.at(step);
}

/**
 * The reason why a stretch did not end as recorded: FUNCTION_FAILED if a replay without `visit`
 * does end as recorded, REPLAY_MISMATCH if it does not either.
 */
async function mismatchOf(replayer: Replayer, stretch: Stretch): Promise<RewindError> {
  const live = restore(await replayer.start(stretch.from));
  replayer.env.guard(() => advance(live, stretch.to));
  if (agrees(replayer, live, stretch)) return functionChangedState(stretch.to);
  return replayMismatch(replayer, stretch);
}

function sameStates({ env }: Replayer, seen: Position, replayed: Position): boolean {
  if (Object.is(seen.state, replayed.state)) return true;
  const expected = fingerprint(replayed.state, replayed.segment.simulation, env);
  if (expected === undefined) return true;
  return equalBytes(encodeState(seen.state, seen.segment.simulation, env), expected);
}

/** The stretches from a position to the end of a tile or to the next segment, by their ends. */
async function stretchesAhead(
  replayer: Replayer,
  { step, watch }: Position,
): Promise<{ readonly to: number; readonly byEnd: ReadonlyMap<number, Stretch> }> {
  const { entries, timeline } = replayer;
  const { blockSize, steps, final } = replayer.manifest;
  const cut = replayer.segmentAfter(step) ?? Number.POSITIVE_INFINITY;
  const block = Math.floor(step / blockSize);
  const known = await entries.entriesFrom(timeline, block, timeline.count);
  const next = block + known.length;
  const after = next < timeline.count ? await entries.entry(timeline, next) : undefined;
  const byEnd = new Map<number, Stretch>();
  let to = step;
  for (const [i, { witness }] of known.entries()) {
    const begins = (block + i) * blockSize;
    const ends = Math.min(begins + blockSize, steps);
    to = ends;
    // `leave` compares the stretch before the next segment.
    if (ends >= cut) break;
    const end = ends === steps ? final : (known[i + 1] ?? after)?.state;
    const from = i === 0 ? watch.start : begins;
    const own = from === begins ? witness : (replayer.segmentRecorded(from).begin?.witness ?? 0);
    byEnd.set(ends, { from, to: ends, witness: own, end });
  }
  return { to, byEnd };
}
