import { equalBytes } from "../base/bytes.ts";
import { encode } from "../codec/encode.ts";
import { type ParamsRef, readParams, sameParams } from "../object/params.ts";
import type { Segment } from "../object/run.ts";
import { type ReadObject, type StateRef, sameState } from "../object/state.ts";

/** What one segment has otherwise than another. */
export interface SegmentChanges {
  /** Params with other values; undefined where one has no such param. */
  readonly params: readonly ParamChange[];
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

/** What `after` has otherwise than `before`. */
export async function changesBetween(
  before: Segment,
  after: Segment,
  get: ReadObject,
): Promise<SegmentChanges> {
  return {
    params: await changedParams(before.params, after.params, get),
    seed: before.seeds !== after.seeds,
    program: before.program !== after.program,
  };
}

async function changedParams(a: ParamsRef, b: ParamsRef, get: ReadObject): Promise<ParamChange[]> {
  if (sameParams(a, b)) return [];
  const [before, after] = await Promise.all([readParams(a, get), readParams(b, get)]);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .map((name) => ({ name, before: before[name], after: after[name] }))
    .filter((change) => !equalBytes(encode(change.before), encode(change.after)));
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
  const otherwise = changes.params.length > 0 || changes.seed || changes.program;
  // A segment begins only where something changes.
  return otherwise ? undefined : true;
}
