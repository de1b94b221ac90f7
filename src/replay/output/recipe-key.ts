import { toHex } from "../../base/bytes.ts";
import type { Hash } from "../../codec/hash.ts";
import { encodeRun, type RunManifest } from "../../object/run.ts";
import { EMPTY_TIMELINE } from "../../object/timeline.ts";

/** What the states of a run follow from. */
export type Recipe = Pick<RunManifest, "blockSize" | "segments">;

/**
 * A name for everything that the states before step `next` follow from: two runs with the same name
 * have the same lines up to there, however each was recorded.
 */
export function recipeKey({ blockSize, segments }: Recipe, next: number, hash: Hash): string {
  const before = segments
    .filter(({ start }) => start < next)
    // A witness grows with the run, and says nothing new.
    .map((segment) => ({
      ...segment,
      begin: segment.begin && { ...segment.begin, witness: 0 },
    }));
  const body = encodeRun({
    ...{ blockSize, segments: before, steps: 0, goal: 0, parents: [], meta: {} },
    edge: EMPTY_TIMELINE.edge,
    final: { inline: new Uint8Array() },
  });
  return toHex(hash(body));
}
