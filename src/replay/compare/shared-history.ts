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
 * The step up to which two runs have the same segments, and so should have the same states:
 * undefined where they share none, infinite where they are the same throughout. It is 0 where one
 * was forked at step 0: it began with the other's first state, changed perhaps.
 */
export async function sharedSteps(
  a: Replayer,
  b: Replayer,
  { signal }: LongOptions = {},
): Promise<number | undefined> {
  if (a.run.blockSize !== b.run.blockSize) return undefined;
  const [segmentsA, segmentsB] = [a.run.segments, b.run.segments];
  const count = Math.max(segmentsA.length, segmentsB.length);
  for (let i = 0; i < count; i++) {
    const [segmentA, segmentB] = [segmentsA[i], segmentsB[i]];
    if (segmentA && segmentB && sameSegment(segmentA, segmentB)) continue;
    const start = Math.min(
      segmentA?.start ?? Number.POSITIVE_INFINITY,
      segmentB?.start ?? Number.POSITIVE_INFINITY,
    );
    if (i > 0) return Math.min(start, a.run.steps, b.run.steps);
    return (await haveCommonAncestor(a, b, breather(a.env, signal))) ? 0 : undefined;
  }
  if (a.run.steps === b.run.steps) return Number.POSITIVE_INFINITY;
  return Math.min(a.run.steps, b.run.steps);
}

/** Whether two segments turn equal states into equal states, given generators that stand alike. */
export function sameRules(a: Segment, b: Segment): boolean {
  return a.program === b.program && a.seeds === b.seeds && sameParams(a.params, b.params);
}

/** The first step from `from` on at which stored states differ; both runs have it. */
export async function firstStoredDifference(
  a: Replayer,
  b: Replayer,
  { from = 0, signal }: { readonly from?: number } & LongOptions = {},
): Promise<number | undefined> {
  const { blockSize, steps, final } = a.run;
  if (blockSize !== b.run.blockSize) return undefined;
  const first = Math.ceil(from / blockSize);
  const breathe = breather(a.env, signal);
  const checkpoint = await a.entries.firstDifference(a.timeline, b.timeline, b.entries, {
    from: first,
    breathe,
  });
  if (checkpoint !== undefined) return checkpoint * blockSize;
  return steps === b.run.steps && !sameState(final, b.run.final) ? steps : undefined;
}

/** Whether two segments begin at one step, alike, and go on alike. */
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
