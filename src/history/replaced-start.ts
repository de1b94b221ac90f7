import type { RunManifest, Segment } from "../object/run.ts";
import { sameSegment } from "../replay/compare/shared-history.ts";
import type { Origin } from "./origin.ts";

/** What the first segment of a run stands in the place of. */
export interface ReplacedStart {
  readonly segment: Segment;
  /** The run that has it. */
  readonly run: RunManifest;
}

/**
 * The segment in whose place the first one of a run came when it, or a run that it came from, was
 * forked at step 0. Undefined where the run was recorded with it, and where that is not known.
 */
export function replacedStart(first: Segment, chain: readonly Origin[]): ReplacedStart | undefined {
  for (const { step, manifest: run } of chain) {
    const segment = run?.segments[0];
    if (run === undefined || segment === undefined) return undefined;
    // What was forked later, extended or reset has the first segment of its origin.
    if (step === 0 && !sameSegment(segment, first)) return { segment, run };
  }
  return undefined;
}
