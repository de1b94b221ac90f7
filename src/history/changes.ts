import { equalBytes } from "../base/bytes.ts";
import { encode } from "../codec/encode.ts";
import { type ParamsRef, readParams, sameParams } from "../object/params.ts";
import type { Segment } from "../object/run.ts";
import { type Get, type StateRef, sameState } from "../object/state.ts";

/** How one segment differs from another. */
export interface SegmentChanges {
  /** Params whose values differ; a value is undefined on the side that lacks the param. */
  readonly params: readonly ParamChange[];
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

/** How `after` differs from `before`. */
export async function changesBetween(
  before: Segment,
  after: Segment,
  get: Get,
): Promise<SegmentChanges> {
  return {
    params: await changedParams(before.params, after.params, get),
    seed: before.seeds !== after.seeds,
    program: before.program !== after.program,
  };
}

async function changedParams(a: ParamsRef, b: ParamsRef, get: Get): Promise<ParamChange[]> {
  if (sameParams(a, b)) return [];
  const [before, after] = await Promise.all([readParams(a, get), readParams(b, get)]);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .map((name) => ({ name, before: before[name], after: after[name] }))
    .filter((change) => !equalBytes(encode(change.before), encode(change.after)));
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
  // Without a state of its own, the segment goes on from the timeline's.
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
