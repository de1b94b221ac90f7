import { equalBytes } from "../../base/bytes.ts";
import { encode } from "../../codec/encode.ts";
import { sameParams } from "../../object/params.ts";
import type { Segment } from "../../object/run.ts";
import { sameState } from "../../object/state.ts";
import { breather } from "../drive.ts";
import type { LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import { haveCommonAncestor } from "./ancestry.ts";

/**
 * The step up to which two runs have the same segments, and so should have the same states.
 * Undefined if they share none, infinite if they share all. It is 0 if one was forked at step 0,
 * because it began with the other's first state, perhaps changed.
 */
export async function sharedSteps(
  a: Replayer,
  b: Replayer,
  { signal }: LongOptions = {},
): Promise<number | undefined> {
  if (a.manifest.blockSize !== b.manifest.blockSize) return undefined;
  const [segmentsA, segmentsB] = [a.manifest.segments, b.manifest.segments];
  const count = Math.max(segmentsA.length, segmentsB.length);
  for (let i = 0; i < count; i++) {
    const [segmentA, segmentB] = [segmentsA[i], segmentsB[i]];
    if (segmentA && segmentB && sameSegment(segmentA, segmentB)) continue;
    const start = Math.min(
      segmentA?.start ?? Number.POSITIVE_INFINITY,
      segmentB?.start ?? Number.POSITIVE_INFINITY,
    );
    if (i > 0) return Math.min(start, a.manifest.steps, b.manifest.steps);
    return (await haveCommonAncestor(a, b, breather(a.env, signal))) ? 0 : undefined;
  }
  if (a.manifest.steps === b.manifest.steps) return Number.POSITIVE_INFINITY;
  return Math.min(a.manifest.steps, b.manifest.steps);
}

/** Whether two segments turn equal states and generators into equal states. */
export function sameRules(a: Segment, b: Segment): boolean {
  return a.program === b.program && a.seeds === b.seeds && sameParams(a.params, b.params);
}

/**
 * The first step, at least `from`, at which stored states differ, among the steps that both runs
 * have.
 */
export async function firstStoredDifference(
  a: Replayer,
  b: Replayer,
  { from = 0, signal }: { readonly from?: number } & LongOptions = {},
): Promise<number | undefined> {
  const { blockSize, steps, final } = a.manifest;
  if (blockSize !== b.manifest.blockSize) return undefined;
  const first = Math.ceil(from / blockSize);
  const breathe = breather(a.env, signal);
  const checkpoint = await a.entries.firstDifference(a.timeline, b.timeline, b.entries, {
    from: first,
    breathe,
  });
  if (checkpoint !== undefined) return checkpoint * blockSize;
  return steps === b.manifest.steps && !sameState(final, b.manifest.final) ? steps : undefined;
}

/** Whether two segments begin at the same step, with equal states and rules. */
export function sameSegment(a: Segment, b: Segment): boolean {
  return a.start === b.start && sameRules(a, b) && sameBegin(a, b);
}

function sameBegin(a: Segment, b: Segment): boolean {
  if (a.begin === undefined || b.begin === undefined) return a.begin === b.begin;
  return (
    sameState(a.begin.state, b.begin.state) &&
    equalBytes(a.begin.generator, b.begin.generator) &&
    equalBytes(encode(a.begin.named), encode(b.begin.named))
  );
}
