import { isRewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import type { Difference } from "../../codec/differences.ts";
import { readState, type StateRef, sameState, stateRef } from "../../object/state.ts";
import { checkpointOf, decodeCheckpoint } from "../checkpoint.ts";
import { drive } from "../drive.ts";
import {
  compareStates,
  decodeState,
  type Environment,
  LONG_OPTIONS,
  type LongOptions,
} from "../environment.ts";
import { initialState } from "../initial-state.ts";
import { JOBS_OPTIONS, type JobsOptions } from "../jobs/job.ts";
import { split } from "../jobs/split.ts";
import { driveOver, type Task, type Workspace, workspaceOf } from "../jobs/task.ts";
import type { Replayer } from "../replayer.ts";
import type { LiveSegment } from "../segment.ts";
import { restore } from "../start.ts";
import { agrees, rememberChecked, replayMismatch, type Stretch } from "../stretch.ts";
import { outOfOrder, type TwinReplay, Twins } from "../twins.ts";
import { scatter } from "../watch.ts";
import type { Piece } from "../workers.ts";
import { firstDifferentStep } from "./lockstep.ts";

export interface VerifyOptions extends LongOptions, JobsOptions {
  /** Checks every block instead of about ten spread over the run. */
  readonly full?: boolean | undefined;
  /** Checks only the block that leads to this step. */
  readonly at?: number | undefined;
}

/** What those may be. */
export const VERIFY_OPTIONS: OptionKinds<VerifyOptions> = {
  ...LONG_OPTIONS,
  ...JOBS_OPTIONS,
  full: "flag",
  at: "any",
};

/** The result of a verification. */
export interface Verification {
  readonly ok: boolean;
  readonly blocksChecked: number;
  /** The first checked block whose replay does not match the recording. */
  readonly mismatch: Mismatch | undefined;
}

/** A block that does not replay as recorded. */
export interface Mismatch {
  readonly block: number;
  /** The steps at which the block begins and ends. */
  readonly from: number;
  readonly to: number;
  /**
   * What the replay in a fresh instance of the program differs from: the recording, or, if it
   * agrees with that, a replay in an instance that ran other steps before.
   */
  readonly against: "recording" | "replay";
  /** The first step that differs, if it is known. */
  readonly step: number | undefined;
  /**
   * How the states differ: `a` as recorded (or after other steps), `b` as replayed. Empty if the
   * states are the same at the end and differ only inside the block.
   */
  readonly changes: readonly Difference[];
  /** Likely causes: what differs here from where the run was recorded. */
  readonly causes: readonly string[];
}

/** How many blocks are replayed without `full`. */
const SAMPLED_BLOCKS = 10;

/**
 * Replays blocks from their checkpoints, each in a fresh instance of the program, in another order
 * than the recording's. Compares the witness and the end of each with the recording, and every
 * state with that of an instance that ran other blocks before. `recorded` is the same run under its
 * recorded code: with it, a mismatch under other code is traced to its first step.
 */
export async function verify(
  replayer: Replayer,
  options: VerifyOptions = {},
  recorded?: Replayer,
): Promise<Verification> {
  const { full, at } = options;
  const input = { full, at };
  const plan = planOf(replayer, input);
  const { blockSize } = replayer.manifest;
  const checked = new Set<number>();
  let mismatch = at === undefined ? await checkInit(replayer) : undefined;
  if (mismatch !== undefined) return { ok: false, blocksChecked: 0, mismatch };
  await split({
    ...options,
    task: verifyTask(recorded),
    workspace: workspaceOf(replayer),
    input,
    from: 0,
    to: plan.count * blockSize,
    cutAfter: (unit) => plan.cutAfter(Math.ceil(unit / blockSize)) * blockSize,
    deliver(piece, { to }) {
      // A piece that was done beside an earlier one may have gone past the first mismatch.
      const last = mismatch?.from ?? Number.POSITIVE_INFINITY;
      for (const begins of piece.checked) if (begins <= last) checked.add(begins);
      if (piece.mismatch !== undefined && piece.mismatch.from <= last) mismatch = piece.mismatch;
      return mismatch !== undefined && plan.isAfter(to / blockSize, mismatch.from / blockSize);
    },
  });
  return { ok: mismatch === undefined, blocksChecked: checked.size, mismatch };
}

/** Which blocks are checked. */
interface VerifyInput extends Pick<VerifyOptions, "full" | "at"> {}

/** The blocks that a piece has checked, by the steps at which they begin. */
interface Checked {
  readonly checked: readonly number[];
  readonly mismatch: Mismatch | undefined;
}

/** Replays some of the blocks of a verification. Its units count every block as a whole one. */
export function verifyTask(recorded?: Replayer): Task<VerifyInput, Checked> {
  return {
    name: "verify",
    run: (workspace, input, piece, long) => verifyPiece(workspace, input, piece, long, recorded),
    stepOf({ runs: [run] }, input, unit) {
      const replayer = run as Replayer;
      const { blockSize } = replayer.manifest;
      return planOf(replayer, input).blockAt(Math.floor(unit / blockSize)) * blockSize;
    },
  };
}

async function verifyPiece(
  { env, runs: [run], isWorker }: Workspace,
  input: VerifyInput,
  piece: Piece,
  long: LongOptions,
  recorded: Replayer | undefined,
): Promise<Checked> {
  const replayer = run as Replayer;
  const { manifest } = replayer;
  const { blockSize } = manifest;
  const { blockAt, twins } = planOf(replayer, input);
  const checked: number[] = [];
  let mismatch: Mismatch | undefined;
  let at = piece.from / blockSize;
  let replay: TwinReplay | undefined;
  await drive(env, driveOver(piece, long), async (until) => {
    const begins = blockAt(at) * blockSize;
    const ends = Math.min(begins + blockSize, manifest.steps);
    // Blocks after the first known mismatch no longer matter.
    if (mismatch !== undefined && begins > mismatch.from) return ++at * blockSize;
    replay ??= await replayFrom(replayer, begins, twins(at));
    const live = replay;
    const { position } = live;
    const stretch = await replayer.stretch(position.watch.start);
    const next = Math.min(stretch.to, Math.max(position.step, begins + until - at * blockSize));
    env.guard(() => live.advance(next));
    if (next < stretch.to) return at * blockSize + next - begins;
    const found = await compareStretch(replayer, live, stretch, recorded);
    // A difference holds values of the program's own classes, which no message can.
    if (found !== undefined && isWorker) throw new Error("to be compared on the first thread");
    const goesOn = found === undefined && stretch.to < ends;
    replay = goesOn ? await replayFrom(replayer, stretch.to, twins(at)) : undefined;
    if (goesOn) return at * blockSize + stretch.to - begins;
    mismatch = found ?? mismatch;
    checked.push(begins);
    return ++at * blockSize;
  });
  return { checked, mismatch };
}

async function replayFrom(replayer: Replayer, from: number, twins: Twins): Promise<TwinReplay> {
  const start = await replayer.start(from);
  return twins.begin(start, (await replayer.stretch(start.step)).to);
}

/** The replays of blocks that a verification consists of, in their order. */
interface Plan {
  readonly count: number;
  /** The block of each. */
  blockAt(at: number): number;
  /** The twins that replay it. */
  twins(at: number): Twins;
  /** The first place at or after this one at which the replays may be cut. */
  cutAfter(at: number): number;
  /** Whether all replays from this one on are of blocks after another. */
  isAfter(at: number, block: number): boolean;
}

function planOf(replayer: Replayer, input: VerifyInput): Plan {
  const { env, timeline } = replayer;
  const jumping = new Twins(env, { warm: true });
  if (input.full !== true || input.at !== undefined) {
    const blocks = scattered(chosenBlocks(replayer, input));
    const { length } = blocks;
    return {
      count: length,
      blockAt: (at) => blocks[at] as number,
      twins: () => jumping,
      cutAfter: () => length,
      isAfter: (at) => at >= length,
    };
  }
  const some = outOfOrder(0, timeline.count);
  const inOrder = groupedTwins(env, groupOf(timeline.count));
  return {
    count: some.length + timeline.count,
    // Not a list: a run may declare more blocks than memory has room for.
    blockAt: (at) => some[at] ?? at - some.length,
    twins: (at) => (at < some.length ? jumping : inOrder(at - some.length)),
    cutAfter: (at) => {
      const group = groupOf(timeline.count);
      return some.length + Math.ceil(Math.max(0, at - some.length) / group) * group;
    },
    isAfter: (at, block) => at >= some.length && at - some.length > block,
  };
}

/**
 * The blocks that one used instance replays in a row. It depends on the run alone, so that a
 * verification finds the same on any number of threads.
 */
function groupOf(blocks: number): number {
  return Math.max(LEAST_GROUP, Math.ceil(blocks / MOST_GROUPS));
}

const LEAST_GROUP = 16;
const MOST_GROUPS = 16;

/** Twins for blocks that come in order: new ones for each group. */
function groupedTwins(env: Environment, size: number): (block: number) => Twins {
  let group = -1;
  let twins = new Twins(env, { warm: false });
  return (block) => {
    const here = Math.floor(block / size);
    if (here !== group) twins = new Twins(env, { warm: here > 0 });
    group = here;
    return twins;
  };
}

/**
 * The requested block; all blocks if they are few; if not, some blocks from the first to the last.
 */
function chosenBlocks({ manifest, timeline: { count } }: Replayer, { at }: VerifyInput): number[] {
  if (at !== undefined)
    return count === 0 ? [] : [Math.max(0, Math.ceil(at / manifest.blockSize) - 1)];
  if (count <= SAMPLED_BLOCKS) return Array.from({ length: count }, (_, block) => block);
  return Array.from({ length: SAMPLED_BLOCKS }, (_, i) =>
    Math.round((i * (count - 1)) / (SAMPLED_BLOCKS - 1)),
  );
}

/** The blocks in an order other than the recording's, the same each time. */
function scattered(blocks: readonly number[]): number[] {
  const keyed = blocks.map((block) => ({ block, key: scatter(block, 0) }));
  return keyed.sort((a, b) => b.key - a.key || b.block - a.block).map(({ block }) => block);
}

/**
 * Runs `init` again and compares the state, unless the run began with another state than init's.
 */
async function checkInit(replayer: Replayer): Promise<Mismatch | undefined> {
  const { env, manifest } = replayer;
  if (manifest.segments[0]?.begin !== undefined) return undefined;
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
  return (await replayMismatch(replayer, stretch)).data.causes;
}

/** Compares a replay at the end of a stretch with the recording. */
async function compareStretch(
  replayer: Replayer,
  { position, parting }: TwinReplay,
  stretch: Stretch,
  recorded: Replayer | undefined,
): Promise<Mismatch | undefined> {
  const { from, to, end } = stretch;
  const block = Math.floor(from / replayer.manifest.blockSize);
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
          await recorded.stateAt(step, UNCHECKED),
          await replayer.stateAt(step, UNCHECKED),
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
  { readObject }: Replayer,
  ref: StateRef,
  segment: LiveSegment,
): Promise<unknown> {
  const { encoded } = decodeCheckpoint(await readState(ref, readObject), segment);
  return decodeState(encoded, segment.simulation);
}

/** Undefined if the recorded code is missing or not trusted: the mismatch is known without it. */
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
