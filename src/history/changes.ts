import { equalBytes } from "../base/bytes.ts";
import { encode } from "../codec/encode.ts";
import { type ParamsRead, type ParamsRef, sameParams } from "../object/params.ts";
import type { Segment } from "../object/run.ts";
import { type StateRef, sameState } from "../object/state.ts";

/** What one segment has otherwise than another. */
export interface SegmentChanges {
  /** Params with other values; undefined where one has no such param. */
  readonly params: readonly ParamChange[];
  /** How many bytes the params take, where they differ and are too long to be compared one by one. */
  readonly long: { readonly before: number; readonly after: number } | undefined;
  /** Whether the master seed is another one. */
  readonly seed: boolean;
  /** Whether the program is: its code, its name or its generator. */
  readonly program: boolean;
}

/** A param that has another value. */
export interface ParamChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Reads params, or measures those that are longer than is wanted. */
export type ReadParams = (ref: ParamsRef) => Promise<ParamsRead>;

/** What `after` has otherwise than `before`. */
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
 * Whether a segment begins with a state that was changed by hand: undefined where only a replay of
 * the step before can tell, because its start lies inside a block and something else changed too. In a
 * run with continuous streams there is no grid on which generators begin: `blockSize` is undefined.
 * `stored` is the state before the change, where that is stored: `storedState` of what was forked.
 */
export function stateWasChanged(
  segment: Segment,
  changes: SegmentChanges,
  { blockSize, stored }: { readonly blockSize: number | undefined; readonly stored?: Stored },
): boolean | undefined {
  // On the grid the timeline has the state, unless there is another one in its place.
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
