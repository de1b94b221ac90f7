import { type Difference, differences } from "../codec/differences.ts";
import { readState, type StateRef, sameState, stateRef } from "../object/state.ts";
import { advance } from "./advance.ts";
import { decodeState, encodeState, type LongOptions } from "./environment.ts";
import { firstDifferentStep } from "./lockstep.ts";
import { type Replayer, restore } from "./replayer.ts";

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
  const blocks = chosenBlocks(replayer.timeline.count, options.full ?? false);
  let blocksChecked = 0;
  for (const block of blocks) {
    options.signal?.throwIfAborted();
    const mismatch = await verifyBlock(replayer, block, recorded);
    blocksChecked++;
    if (mismatch !== undefined) return { ok: false, blocksChecked, mismatch };
    options.onProgress?.({ done: blocksChecked, total: blocks.length });
    if (blocksChecked % 16 === 0) await replayer.env.pause();
  }
  return { ok: true, blocksChecked, mismatch: undefined };
}

/** All blocks, or the first, the last and some between them, evenly spread. */
function chosenBlocks(count: number, full: boolean): number[] {
  if (full || count <= SAMPLED_BLOCKS) return Array.from({ length: count }, (_, block) => block);
  return Array.from({ length: SAMPLED_BLOCKS }, (_, i) =>
    Math.round((i * (count - 1)) / (SAMPLED_BLOCKS - 1)),
  );
}

async function verifyBlock(
  replayer: Replayer,
  block: number,
  recorded: Replayer | undefined,
): Promise<Mismatch | undefined> {
  const { env, run, get } = replayer;
  const from = block * run.blockSize;
  const to = Math.min(from + run.blockSize, run.steps);
  // A segment that begins with a changed state at `to` leaves nothing to compare with.
  if (run.segments.some(({ start, begin }) => start === to && begin !== undefined))
    return undefined;
  const start = await replayer.start(to - 1);
  const expected = (await replayer.stored(to)) as StateRef;
  const { simulation } = start.segment;
  const replayed = restore(start);
  const encoded = env.guard(() => {
    advance(replayed, to);
    return encodeState(replayed.state, simulation, env);
  });
  if (sameState(stateRef(encoded, env.store.hash), expected)) return undefined;
  const stored = decodeState(await readState(expected, get), simulation);
  const options = simulation.types ? { types: simulation.types } : {};
  const step = recorded && (await firstStep(recorded, replayer, to));
  if (recorded === undefined || step === undefined) {
    return {
      block,
      from: start.step,
      to,
      step,
      changes: differences(stored, replayed.state, options),
    };
  }
  const [a, b] = await Promise.all([recorded.position(step), replayer.position(step)]);
  return { block, from: start.step, to, step, changes: differences(a.state, b.state, options) };
}

async function firstStep(
  recorded: Replayer,
  other: Replayer,
  to: number,
): Promise<number | undefined> {
  const a = restore(await recorded.start(to - 1));
  const b = restore(await other.start(to - 1));
  return recorded.env.guard(() => firstDifferentStep(a, b, to, recorded.env));
}
