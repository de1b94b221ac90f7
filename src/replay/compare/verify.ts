import { isRewindError } from "../../base/errors.ts";
import type { Difference } from "../../codec/differences.ts";
import { readState, type StateRef, sameState, stateRef } from "../../object/state.ts";
import { checkpointOf, decodeCheckpoint } from "../checkpoint.ts";
import { drive } from "../drive.ts";
import { compareStates, decodeState, type LongOptions } from "../environment.ts";
import { initialState } from "../record/record.ts";
import type { Replayer } from "../replayer.ts";
import type { LiveSegment } from "../segment.ts";
import { restore } from "../start.ts";
import { agrees, rememberChecked, replayMismatch, type Stretch } from "../stretch.ts";
import { outOfOrder, type TwinReplay, Twins } from "../twins.ts";
import { scatter } from "../watch.ts";
import { firstDifferentStep } from "./lockstep.ts";

export interface VerifyOptions extends LongOptions {
  /** Every block, rather than about ten of them spread over the run. */
  readonly full?: boolean | undefined;
  /** Only the block that leads to this step. */
  readonly at?: number | undefined;
}

/** What a verification found. */
export interface Verification {
  readonly ok: boolean;
  readonly blocksChecked: number;
  /** The first block, of those checked, whose replay does not give what was recorded. */
  readonly mismatch: Mismatch | undefined;
}

/** A block that does not replay as recorded. */
export interface Mismatch {
  readonly block: number;
  /** The steps at which the block begins and ends. */
  readonly from: number;
  readonly to: number;
  /**
   * What the replay in a fresh instance of the program differs from: what is stored of the recording;
   * or, where it agrees with that, a replay in an instance that ran other steps before.
   */
  readonly against: "recording" | "replay";
  /** The first step that differs, where it is known. */
  readonly step: number | undefined;
  /**
   * Where the states differ, `a` as recorded (or after other steps) and `b` as replayed; empty where
   * the states at the end are the same and those inside the block are not.
   */
  readonly changes: readonly Difference[];
  /** What may be the cause: what is another here than where the run was recorded. */
  readonly causes: readonly string[];
}

/** How many blocks are replayed unless all are asked for. */
const SAMPLED_BLOCKS = 10;

/**
 * Replays blocks from their checkpoints, each in a fresh instance of the program and in an order of
 * their own, and compares witness and end of each with what is stored; with `full` also every state
 * with that of an instance that ran other blocks before. With `recorded`, the same run
 * under its recorded code, a mismatch under other code is traced to its first step.
 */
export async function verify(
  replayer: Replayer,
  options: VerifyOptions = {},
  recorded?: Replayer,
): Promise<Verification> {
  const { env, run } = replayer;
  const { blockSize } = run;
  const { blocks, twins } = plan(replayer, options);
  const checked = new Set<number>();
  let mismatch = options.at === undefined ? await checkInit(replayer) : undefined;
  if (mismatch !== undefined) return { ok: false, blocksChecked: 0, mismatch };
  let at = 0;
  let replay: TwinReplay | undefined;
  // Counted as if every block were a whole one, so that the count rises evenly.
  await drive(env, { ...options, from: 0, to: blocks.length * blockSize }, async (until) => {
    const begins = (blocks[at] as number) * blockSize;
    const ends = Math.min(begins + blockSize, run.steps);
    // Blocks after the first known mismatch are not asked for any more.
    if (mismatch !== undefined && begins > mismatch.from) return ++at * blockSize;
    replay ??= await replayFrom(replayer, begins, twins(at));
    const live = replay;
    const { position } = live;
    const stretch = await replayer.stretch(position.watch.start);
    const next = Math.min(stretch.to, Math.max(position.step, begins + until - at * blockSize));
    env.guard(() => live.advance(next));
    if (next < stretch.to) return at * blockSize + next - begins;
    const found = await compareStretch(replayer, live, stretch, recorded);
    const goesOn = found === undefined && stretch.to < ends;
    replay = goesOn ? await replayFrom(replayer, stretch.to, twins(at)) : undefined;
    if (goesOn) return at * blockSize + stretch.to - begins;
    mismatch = found ?? mismatch;
    checked.add(begins);
    return ++at * blockSize;
  });
  return { ok: mismatch === undefined, blocksChecked: checked.size, mismatch };
}

async function replayFrom(replayer: Replayer, from: number, twins: Twins): Promise<TwinReplay> {
  const start = await replayer.start(from);
  return twins.begin(start, (await replayer.stretch(start.step)).to);
}

/** The blocks in the order in which they are replayed, and what replays each beside another. */
function plan(
  replayer: Replayer,
  options: VerifyOptions,
): { readonly blocks: readonly number[]; twins(at: number): Twins } {
  const jumping = new Twins(replayer.env, { warm: true });
  if (options.full !== true || options.at !== undefined) {
    return { blocks: scattered(chosenBlocks(replayer, options)), twins: () => jumping };
  }
  const { count } = replayer.timeline;
  const some = outOfOrder(0, count);
  const following = new Twins(replayer.env, { warm: false });
  return {
    blocks: [...some, ...Array.from({ length: count }, (_, block) => block)],
    twins: (at) => (at < some.length ? jumping : following),
  };
}

/** The block asked for; or all of a few; or the first, the last and some between them, evenly spread. */
function chosenBlocks({ run, timeline: { count } }: Replayer, { at }: VerifyOptions): number[] {
  if (at !== undefined) return count === 0 ? [] : [Math.max(0, Math.ceil(at / run.blockSize) - 1)];
  if (count <= SAMPLED_BLOCKS) return Array.from({ length: count }, (_, block) => block);
  return Array.from({ length: SAMPLED_BLOCKS }, (_, i) =>
    Math.round((i * (count - 1)) / (SAMPLED_BLOCKS - 1)),
  );
}

/** In an order that is not that of the recording, and the same each time. */
function scattered(blocks: readonly number[]): number[] {
  const keyed = blocks.map((block) => ({ block, key: scatter(block, 0) }));
  return keyed.sort((a, b) => b.key - a.key || b.block - a.block).map(({ block }) => block);
}

/** Runs `init` again and compares, unless the run began with a state of its own. */
async function checkInit(replayer: Replayer): Promise<Mismatch | undefined> {
  const { env, run } = replayer;
  if (run.segments[0]?.begin !== undefined) return undefined;
  const segment = await (await replayer.segmentAt(0)).fresh();
  const { simulation } = segment;
  const { state: initial, streams } = initialState(env, segment);
  const stored = (await replayer.stored(0)) as StateRef;
  const position = { step: 0, state: initial, streams, segment };
  const encoded = env.guard(() => checkpointOf(position, env));
  if (sameState(stateRef(encoded, env.store.hash), stored)) return undefined;
  const recorded = await readCheckpointState(replayer, stored, segment);
  const changes = compareStates(recorded, initial, simulation);
  const causes = await causesOf(replayer, { from: 0, to: 0 });
  return { block: 0, from: 0, to: 0, against: "recording", step: 0, changes, causes };
}

async function causesOf(
  replayer: Replayer,
  stretch: Pick<Stretch, "from" | "to">,
): Promise<readonly string[]> {
  return (await replayMismatch(replayer, stretch)).data.causes as readonly string[];
}

/** Compares a replay at the end of a stretch with what was recorded. */
async function compareStretch(
  replayer: Replayer,
  { position, parting }: TwinReplay,
  stretch: Stretch,
  recorded: Replayer | undefined,
): Promise<Mismatch | undefined> {
  const { from, to, end } = stretch;
  const block = Math.floor(from / replayer.run.blockSize);
  if (agrees(replayer, position, stretch)) {
    if (parting !== undefined) {
      return { block, from, to, against: "replay", ...parting, causes: [] };
    }
    if (recorded === undefined) await rememberChecked(replayer, stretch);
    return undefined;
  }
  const { state, segment } = position;
  const step = recorded && (await firstStep(recorded, replayer, stretch).catch(unlessUnknown));
  const changes =
    recorded !== undefined && step !== undefined
      ? compareStates(
          await recorded.state(step, UNCHECKED),
          await replayer.state(step, UNCHECKED),
          segment.simulation,
        )
      : end === undefined
        ? []
        : compareStates(
            await readCheckpointState(replayer, end, segment),
            state,
            segment.simulation,
          );
  const causes = await causesOf(replayer, stretch);
  if (changes.length === 0 && parting !== undefined) {
    return { block, from, to, against: "replay", ...parting, causes };
  }
  return { block, from, to, against: "recording", step, changes, causes };
}

const UNCHECKED = { check: false } as const;

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
  { from, to }: Stretch,
): Promise<number | undefined> {
  const a = restore(await recorded.start(from));
  const b = restore(await other.start(from));
  return recorded.env.guard(() => firstDifferentStep(a, b, to, recorded.env));
}
