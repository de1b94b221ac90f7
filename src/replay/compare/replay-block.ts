import { count as grouped } from "../../base/count.ts";
import { isRewindError } from "../../base/errors.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { advance, type Position } from "../advance.ts";
import { drive } from "../drive.ts";
import { type Environment, encodeState, type LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import { restore } from "../start.ts";
import type { Stretch } from "../stretch.ts";

/** Sees each state of a block, from the one at which it begins. */
export interface BlockVisitor {
  /** Called where a stretch begins; its states follow. */
  begin(stretch: Stretch): void;
  /** `encoded` is empty for a state without an encoding. Returns whether it has seen enough. */
  state(position: Position, encoded: Uint8Array): boolean;
  /** Called with the last position of a stretch. */
  end(position: Position, stretch: Stretch): void | Promise<void>;
}

/**
 * Replays the stretches of a block, each from where it begins in the store. Throws INVALID_ARGUMENT
 * if the run has no such block.
 */
export async function replayBlock(
  replayer: Replayer,
  block: number,
  visitor: BlockVisitor,
  options: LongOptions,
): Promise<void> {
  const { env } = replayer;
  const { from, to } = stepsOf(replayer, block);
  let live: { readonly position: Position; readonly stretch: Stretch } | undefined;
  let begins = from;
  const see = (position: Position): boolean =>
    visitor.state(position, encodedIfStorable(position, env));
  await drive(env, { ...options, from, to }, async (until) => {
    if (live === undefined) {
      const position = restore(await replayer.start(begins));
      live = { position, stretch: await replayer.stretch(begins) };
      visitor.begin(live.stretch);
      if (env.guard(() => see(position))) return to;
    }
    const { position, stretch } = live;
    const next = Math.min(until, stretch.to);
    const isEnough = env.guard(() => {
      while (position.step < next) {
        advance(position, position.step + 1);
        if (see(position)) return true;
      }
      return false;
    });
    if (isEnough) return to;
    if (position.step === stretch.to) {
      await visitor.end(position, stretch);
      begins = position.step;
      live = undefined;
    }
    return position.step;
  });
}

/** The steps at which a block begins and ends. */
export function stepsOf(
  { manifest: { blockSize, steps }, timeline: { count } }: Replayer,
  block: number,
): { readonly from: number; readonly to: number } {
  if (!Number.isSafeInteger(block) || block < 0 || block >= count) {
    const expected = count === 0 ? "a run with steps" : `a block from 0 to ${grouped(count - 1)}`;
    throw invalidArgument(`expected ${expected}, got ${block}`, { block });
  }
  return { from: block * blockSize, to: Math.min((block + 1) * blockSize, steps) };
}

/** Inside a block, a state may hold values that a checkpoint cannot. */
function encodedIfStorable({ state, segment }: Position, env: Environment): Uint8Array {
  try {
    return encodeState(state, segment.simulation, env);
  } catch (error) {
    if (!isRewindError(error, "UNSUPPORTED_STATE")) throw error;
    return NO_ENCODING;
  }
}

const NO_ENCODING = new Uint8Array(0);
