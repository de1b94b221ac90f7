import { equalBytes } from "../base/bytes.ts";
import { encode } from "../codec/encode.ts";
import { type ParamsRead, type ParamsRef, sameParams } from "../object/params.ts";
import type { Segment } from "../object/run.ts";
import { type StateRef, sameState } from "../object/state.ts";

/** How one segment differs from another. */
export interface SegmentChanges {
  /** Params whose values differ; a value is undefined on the side that lacks the param. */
  readonly params: readonly ParamChange[];
  /** The bytes that the params take, if they differ and are too long to be compared one by one. */
  readonly long: { readonly before: number; readonly after: number } | undefined;
  /** Whether the master seed differs. */
  readonly seed: boolean;
  /** Whether the program differs: its code, its name or its generator. */
  readonly program: boolean;
}

/** A param whose value differs. */
export interface ParamChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Reads params, or measures those that are longer than is wanted. */
export type ReadParams = (ref: ParamsRef) => Promise<ParamsRead>;

/** How `after` differs from `before`. */
export async function changesBetween(
  before: Segment,
  after: Segment,
  read: ReadParams,
): Promise<SegmentChanges> {
  return {
    ...(await changedParams(before.params, after.params, read)),
    seed: before.seeds !== after.seeds,
    program: before.program !== after.program,
  };
}

async function changedParams(
  a: ParamsRef,
  b: ParamsRef,
  read: ReadParams,
): Promise<Pick<SegmentChanges, "params" | "long">> {
  if (sameParams(a, b)) return { params: [], long: undefined };
  const [one, other] = [await read(a), await read(b)];
  const [before, after] = [one.values, other.values];
  if (before === undefined || after === undefined) {
    return { params: [], long: { before: one.bytes, after: other.bytes } };
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const params = names
    .map((name) => ({ name, before: before[name], after: after[name] }))
    .filter((change) => !equalBytes(encode(change.before), encode(change.after)));
  return { params, long: undefined };
}

type Stored = StateRef | undefined;

/**
 * Whether a segment begins with a state that was changed by hand. Undefined if only a replay of the
 * step before can tell, because the segment begins inside a block and something else changed too.
 * `blockSize` is undefined for continuous streams, whose generators do not begin at each block.
 * `stored` is the state before the change, if it is stored: `storedState` of the forked run.
 */
export function stateWasChanged(
  segment: Segment,
  changes: SegmentChanges,
  { blockSize, stored }: { readonly blockSize: number | undefined; readonly stored?: Stored },
): boolean | undefined {
  // A segment without its own state continues from the timeline's.
  if (segment.begin === undefined) return false;
  if (stored !== undefined) {
    if (sameState(segment.begin.state, stored)) return false;
    // Other code may encode the same state in another way.
    return changes.program ? undefined : true;
  }
  const onGrid = blockSize !== undefined && segment.start % blockSize === 0;
  if (segment.start > 0 && onGrid) return true;
  const { params, long, seed, program } = changes;
  const otherwise = params.length > 0 || long !== undefined || seed || program;
  // A segment begins only where something changes.
  return otherwise ? undefined : true;
}
