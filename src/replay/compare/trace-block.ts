import { count } from "../../base/count.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import type { OptionKinds } from "../../base/options.ts";
import type { Id } from "../../object/id.ts";
import { checkMeta } from "../../object/run-meta.ts";
import {
  DIGEST_BYTES,
  digestOf,
  encodeTrace,
  MOST_STATES,
  STATES_BYTES,
  type TracedStretch,
} from "../../store/trace-file.ts";
import { LONG_OPTIONS, type LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import { checkEnd } from "../stretch.ts";
import { type BlockVisitor, replayBlock, stepsOf } from "./replay-block.ts";

/** What a trace holds. */
export interface TraceOptions extends LongOptions {
  /**
   * The step from which on it holds whole states, 16 MiB of them at most; the first of the block
   * unless given.
   */
  readonly at?: number | undefined;
}

/** What those may be. */
export const TRACE_OPTIONS: OptionKinds<TraceOptions> = { ...LONG_OPTIONS, at: "limit" };

/**
 * Replays a block, and returns the bytes of a trace: a digest of the state at each step, and the
 * states themselves as far as there is room. Throws REPLAY_MISMATCH if the replay is not the
 * recording, since its trace would be of other states.
 */
export async function traceBlock(
  replayer: Replayer,
  run: Id<"run">,
  block: number,
  { at, ...options }: TraceOptions = {},
): Promise<Uint8Array> {
  const { env } = replayer;
  const { hash } = env.store;
  const { from, to } = stepsOf(replayer, block);
  const first = at ?? from;
  checkRange(from, to, first);
  const { host = {} } = checkMeta({ host: env.describeRun().host ?? {} });
  const stretches: TracedStretch[] = [];
  let room = STATES_BYTES;
  let states: Uint8Array[] = [];
  const visitor: BlockVisitor = {
    begin(stretch) {
      states = [];
      const digests = new Uint8Array((stretch.to - stretch.from + 1) * DIGEST_BYTES);
      const wholeFrom = Math.min(Math.max(first, stretch.from), stretch.to + 1);
      stretches.push({ from: stretch.from, digests, wholeFrom, states });
    },
    state({ step }, encoded) {
      const stretch = stretches.at(-1) as TracedStretch;
      stretch.digests.set(digestOf(encoded, hash), (step - stretch.from) * DIGEST_BYTES);
      if (step < first) return false;
      // The states that are held have no gap.
      room = encoded.length <= room ? room - encoded.length : -1;
      if (room >= 0) states.push(encoded);
      return false;
    },
    end: (position, stretch) => checkEnd(replayer, position, stretch),
  };
  await replayBlock(replayer, block, visitor, options);
  return encodeTrace({ run, host, stretches }, env.compression, hash);
}

/** Each segment adds a state, and there is a step between two of them. */
const LONGEST_BLOCK = MOST_STATES / 2;

function checkRange(from: number, to: number, first: number): void {
  if (to - from > LONGEST_BLOCK) {
    throw invalidArgument(
      `expected a block of at most ${count(LONGEST_BLOCK)} steps, got ${count(to - from)}`,
      {
        steps: to - from,
      },
    );
  }
  if (first < from || first > to) {
    const message = `expected a step of the block, from ${count(from)} to ${count(to)}, got ${count(first)}`;
    throw invalidArgument(message, { at: first });
  }
}
