import { isRewindError } from "../../base/errors.ts";
import type { Difference } from "../../codec/differences.ts";
import { readState, type StateRef, sameState, stateRef } from "../../object/state.ts";
import { advance, type Position } from "../advance.ts";
import { checkpointOf, decodeCheckpoint } from "../checkpoint.ts";
import { drive } from "../drive.ts";
import { compareStates, decodeState, type LongOptions } from "../environment.ts";
import { initialState } from "../record/record.ts";
import { type Replayer, restore } from "../replayer.ts";
import type { LiveSegment } from "../segment.ts";
import { firstDifferentStep } from "./lockstep.ts";

export interface VerifyOptions extends LongOptions {
  /** Every block, rather than about ten of them spread over the run. */
  readonly full?: boolean | undefined;
}

/** What a verification found. */
export interface Verification {
  readonly ok: boolean;
  readonly blocksChecked: number;
  /** The first block whose replay does not give the recorded state at its end. */
  readonly mismatch: Mismatch | undefined;
}

/** A block that does not replay as recorded. */
export interface Mismatch {
  readonly block: number;
  /** The steps at which the block begins and ends. */
  readonly from: number;
  readonly to: number;
  /** The first step that differs, where the recorded code is at hand to tell. */
  readonly step: number | undefined;
  /** Where the states differ: `a` as recorded, `b` as replayed. */
  readonly changes: readonly Difference[];
}

/** How many blocks are replayed unless all are asked for. */
const SAMPLED_BLOCKS = 10;

/**
 * Replays blocks from their checkpoints and compares each end with what is stored. With `recorded`,
 * the same run under its recorded code, a mismatch under other code is traced to its first step.
 */
export async function verify(
  replayer: Replayer,
  options: VerifyOptions = {},
  recorded?: Replayer,
): Promise<Verification> {
  const { env, run } = replayer;
  const { blockSize } = run;
  const blocks = chosenBlocks(replayer.timeline.count, options.full ?? false);
  let mismatch = await checkInit(replayer);
  let position: Position | undefined;
  let blocksChecked = 0;
  if (mismatch !== undefined) return { ok: false, blocksChecked, mismatch };
  // Counted as if every block were a whole one, so that the count rises evenly.
  const to = blocks.length * blockSize;
  await drive(env, { ...options, from: 0, to }, async (until) => {
    const from = (blocks[blocksChecked] as number) * blockSize;
    const end = Math.min(from + blockSize, run.steps);
    position ??= restore(await replayer.start(end - 1));
    const live = position;
    const next = Math.min(end, Math.max(live.step, from + until - blocksChecked * blockSize));
    env.guard(() => advance(live, next));
    if (next < end) return blocksChecked * blockSize + next - from;
    mismatch = await checkEnd(replayer, live, recorded);
    position = undefined;
    blocksChecked++;
    return mismatch === undefined ? blocksChecked * blockSize : to;
  });
  return { ok: mismatch === undefined, blocksChecked, mismatch };
}

/** All blocks, or the first, the last and some between them, evenly spread. */
function chosenBlocks(count: number, full: boolean): number[] {
  if (full || count <= SAMPLED_BLOCKS) return Array.from({ length: count }, (_, block) => block);
  return Array.from({ length: SAMPLED_BLOCKS }, (_, i) =>
    Math.round((i * (count - 1)) / (SAMPLED_BLOCKS - 1)),
  );
}

/** Runs `init` again and compares, unless the run began with a state of its own. */
async function checkInit(replayer: Replayer): Promise<Mismatch | undefined> {
  const { env, run } = replayer;
  if (run.segments[0]?.begin !== undefined) return undefined;
  const segment = await replayer.segmentAt(0);
  const { simulation } = segment;
  const { state: initial, streams } = initialState(env, segment);
  const stored = (await replayer.stored(0)) as StateRef;
  const position = { step: 0, state: initial, streams, segment };
  const encoded = env.guard(() => checkpointOf(position, env));
  if (sameState(stateRef(encoded, env.store.hash), stored)) return undefined;
  const recorded = await readCheckpointState(replayer, stored, segment);
  const changes = compareStates(recorded, initial, simulation);
  return { block: 0, from: 0, to: 0, step: 0, changes };
}

/** Compares the state that a replay of a block ended with. */
async function checkEnd(
  replayer: Replayer,
  position: Position,
  recorded: Replayer | undefined,
): Promise<Mismatch | undefined> {
  const { state, step: to, segment } = position;
  const { env, run } = replayer;
  // A segment that begins with a changed state leaves nothing to compare with.
  const changed = run.segments.some(({ start, begin }) => start === to && begin !== undefined);
  if (changed) return undefined;
  const expected = (await replayer.stored(to)) as StateRef;
  const encoded = env.guard(() => checkpointOf(position, env));
  if (sameState(stateRef(encoded, env.store.hash), expected)) return undefined;
  const { step: from } = await replayer.start(to - 1);
  const block = Math.floor(from / run.blockSize);
  const step = recorded && (await firstStep(recorded, replayer, to).catch(unlessUnknown));
  const states: [unknown, unknown] =
    recorded === undefined || step === undefined
      ? [await readCheckpointState(replayer, expected, segment), state]
      : [(await recorded.position(step)).state, (await replayer.position(step)).state];
  return { block, from, to, step, changes: compareStates(...states, segment.simulation) };
}

async function readCheckpointState(
  { get }: Replayer,
  ref: StateRef,
  segment: LiveSegment,
): Promise<unknown> {
  const { encoded } = decodeCheckpoint(await readState(ref, get), segment);
  return decodeState(encoded, segment.simulation);
}

/** Recorded code that is not here, or may not run, cannot tell; what differs is known without it. */
function unlessUnknown(error: unknown): undefined {
  if (!isRewindError(error, "PROGRAM_MISSING", "PROGRAM_NOT_TRUSTED")) throw error;
}

/** The first step at which the recorded code and the other give different states. */
async function firstStep(
  recorded: Replayer,
  other: Replayer,
  to: number,
): Promise<number | undefined> {
  const a = restore(await recorded.start(to - 1));
  const b = restore(await other.start(to - 1));
  return recorded.env.guard(() => firstDifferentStep(a, b, to, recorded.env));
}
