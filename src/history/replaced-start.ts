import type { RunManifest, Segment } from "../object/run.ts";
import { sameSegment } from "../replay/compare/shared-history.ts";
import type { Origin } from "./origin.ts";

/** The segment that the first segment of a fork at step 0 replaced. */
export interface ReplacedStart {
  readonly segment: Segment;
  /** The run with that segment. */
  readonly run: RunManifest;
}

/**
 * The segment that `first` replaced when the run, or one that it came from, was forked at step 0.
 * Undefined if the run was recorded with `first`, or if the forked run is not known.
 */
export function replacedStart(first: Segment, chain: readonly Origin[]): ReplacedStart | undefined {
  for (const { step, manifest: run } of chain) {
    const segment = run?.segments[0];
    if (run === undefined || segment === undefined) return undefined;
    // A run that was forked later, extended or reset shares the first segment of its origin.
    if (step === 0 && !sameSegment(segment, first)) return { segment, run };
  }
  return undefined;
}
