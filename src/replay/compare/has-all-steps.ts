import { type RunManifest, timelineOf } from "../../object/run.ts";
import { type ReadObject, sameState } from "../../object/state.ts";
import { TimelineReader } from "../../object/timeline-reader.ts";
import { sameSegment } from "./shared-history.ts";

/**
 * Whether a run has every step of another that is not longer, as if both had recorded one run.
 * The same code, params and seeds give the same steps, and the checkpoints that both have are
 * compared: on another machine they may be different.
 */
export async function hasAllSteps(
  run: RunManifest,
  other: RunManifest,
  read: ReadObject,
): Promise<boolean> {
  const { steps, blockSize, segments, final } = other;
  if (run.blockSize !== blockSize || run.steps < steps) return false;
  const isSame = segments.every((segment, i) => {
    const own = run.segments[i];
    return own !== undefined && sameSegment(own, segment);
  });
  if (!isSame || (run.segments[segments.length]?.start ?? steps) < steps) return false;
  const tiles = new TimelineReader(read);
  const [all, part] = [timelineOf(run), timelineOf(other)];
  if ((await tiles.firstDifference(all, part)) !== undefined) return false;
  if (run.steps === steps) return sameState(run.final, final);
  if (steps % blockSize !== 0) return true;
  return sameState((await tiles.entry(all, steps / blockSize)).state, final);
}
