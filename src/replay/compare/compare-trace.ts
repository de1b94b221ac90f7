import { equalBytes } from "../../base/bytes.ts";
import { count, plural } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import type { OptionKinds } from "../../base/options.ts";
import { decode } from "../../codec/decode.ts";
import { type Difference, differences } from "../../codec/differences.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import type { Id } from "../../object/id.ts";
import {
  decodeTrace,
  digestAt,
  digestOf,
  endOf,
  invalidTrace,
  type Trace,
  type TracedStretch,
} from "../../store/trace-file.ts";
import type { Position } from "../advance.ts";
import { LONG_OPTIONS, type LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import { comparableTypes } from "./comparable.ts";
import { type DriftCase, gravest, largestDrift } from "./drift.ts";
import { replayBlock } from "./replay-block.ts";

/** How far numbers may be apart. */
export interface CompareTraceOptions extends LongOptions {
  /**
   * How far two numbers may be apart and still count as a drift: by this much, or by this part of
   * the larger one if that is over 1. Default 1e-9.
   */
  readonly epsilon?: number | undefined;
}

/** What those may be. */
export const COMPARE_TRACE_OPTIONS: OptionKinds<CompareTraceOptions> = {
  ...LONG_OPTIONS,
  epsilon: "number",
};

/** How a replay of a block compares with the trace of another machine. */
export interface TraceComparison {
  /** Whether every state is the same, bit for bit. */
  readonly ok: boolean;
  /** The run whose block was traced; it may be another than the one that is compared. */
  readonly run: Id<"run">;
  readonly block: number;
  /** The steps at which the block begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly difference: TraceDifference | undefined;
  /** Likely causes: what differs between this machine and that of the trace. */
  readonly causes: readonly string[];
}

/** The first step at which a replay and a trace differ. */
export interface TraceDifference {
  readonly step: number;
  /**
   * Whether the states have another structure, another exact value somewhere, or only numbers that
   * drift within the epsilon; unknown if the trace does not hold the whole state.
   */
  readonly kind: DriftCase | "unknown";
  /** The first differences, at most a hundred: `a` in the trace, `b` here. The first is of that kind. */
  readonly changes: readonly Difference[];
  /** How far apart two numbers of those states are at most; undefined if no numbers differ. */
  readonly drift: number | undefined;
  /** After a drift, the first step at which the states differ by more; undefined if none is known. */
  readonly exceeds: number | undefined;
  /** The codecs of the instances in `changes`. */
  readonly types: TypeCodecs | undefined;
}

/**
 * Replays a block and compares each state with the trace that another machine made of it. Throws
 * INVALID_TRACE.
 */
export async function compareTrace(
  replayer: Replayer,
  bytes: Uint8Array,
  { epsilon = 1e-9, ...options }: CompareTraceOptions = {},
): Promise<TraceComparison> {
  if (!(epsilon >= 0 && epsilon < Number.POSITIVE_INFINITY)) {
    throw invalidArgument(`expected epsilon to be at least 0, got ${epsilon}`, { epsilon });
  }
  const { env, manifest } = replayer;
  const trace = decodeTrace(bytes, env.compression, env.store.hash);
  const { from = 0 } = trace.stretches[0] ?? {};
  const to = endOf(trace.stretches.at(-1));
  const block = checkBlock(replayer, from, to);
  const difference = await firstDifference(replayer, trace, block, { epsilon, ...options });
  const { program } = await replayer.parts(replayer.segmentRecorded(from));
  const causes =
    difference === undefined
      ? []
      : ((await env.differencesFrom?.(program, { ...manifest.meta, host: trace.host })) ?? []);
  return { ok: difference === undefined, run: trace.run, block, from, to, difference, causes };
}

/** The block that the trace is of. */
function checkBlock(
  { manifest: { blockSize, steps } }: Replayer,
  from: number,
  to: number,
): number {
  if (from % blockSize === 0 && from < steps && to === Math.min(from + blockSize, steps)) {
    return from / blockSize;
  }
  const message = `expected a trace of a block of this run, ${plural(blockSize, "step")} long, got one of steps ${count(from)} to ${count(to)}`;
  throw new RewindError("INVALID_TRACE", message);
}

async function firstDifference(
  replayer: Replayer,
  trace: Trace,
  block: number,
  { epsilon, ...options }: CompareTraceOptions & { readonly epsilon: number },
): Promise<TraceDifference | undefined> {
  const { env } = replayer;
  const stretches = trace.stretches.values();
  let traced: TracedStretch | undefined;
  let found: TraceDifference | undefined;
  await replayBlock(
    replayer,
    block,
    {
      begin({ from, to }) {
        traced = stretches.next().value;
        if (traced?.from === from && endOf(traced) === to) return;
        const message = `expected a trace of a run that is recorded under the same rules from step ${count(from)} to ${count(to)}, got one with other segments`;
        throw new RewindError("INVALID_TRACE", message);
      },
      state(position, encoded) {
        const stretch = traced as TracedStretch;
        const { step } = position;
        if (equalBytes(digestOf(encoded, env.store.hash), digestAt(stretch, step))) return false;
        const difference = differenceAt(position, stretch, encoded, epsilon);
        if (found === undefined) found = difference;
        else if (difference.kind !== "drift") found = { ...found, exceeds: exceeding(difference) };
        return difference.kind !== "drift";
      },
      end: () => undefined,
    },
    options,
  );
  return found;
}

/** From a state that the trace does not hold, nothing follows. */
function exceeding({ kind, step }: TraceDifference): number | undefined {
  return kind === "unknown" ? undefined : step;
}

function differenceAt(
  { step, segment }: Position,
  { wholeFrom, states }: TracedStretch,
  encoded: Uint8Array,
  epsilon: number,
): TraceDifference {
  const there = states[step - wholeFrom];
  const nothing = { changes: [], drift: undefined, exceeds: undefined, types: undefined };
  if (step < wholeFrom || there === undefined) return { step, kind: "unknown", ...nothing };
  // One of the two has a value that cannot be stored, the other has none.
  if (there.length === 0 || encoded.length === 0) return { step, kind: "structure", ...nothing };
  const types = comparableTypes(segment.simulation.types, undefined);
  const all = differences(readState(there, types), decode(encoded, types && { types }), {
    limit: Number.POSITIVE_INFINITY,
    types,
  });
  const { kind, first } = gravest(all, epsilon);
  const changes = [first, ...all.filter((change) => change !== first)].slice(0, MOST_CHANGES);
  return { step, kind, changes, drift: largestDrift(all), exceeds: undefined, types };
}

const MOST_CHANGES = 100;

/** Its instances become data: no codec of the program gets what a stranger may have written. */
function readState(encoded: Uint8Array, types: TypeCodecs | undefined): unknown {
  try {
    return decode(encoded, types && { types });
  } catch (cause) {
    throw invalidTrace(`it holds no state of this program: ${(cause as Error).message}`, cause);
  }
}
