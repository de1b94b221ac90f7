import { type RunManifest, timelineOf } from "../../object/run.ts";
import { type ReadObject, sameState } from "../../object/state.ts";
import { TimelineReader } from "../../object/timeline-reader.ts";
import { sameSegment } from "./shared-history.ts";

/**
 * Whether a run has every step of a shorter one, as if both had extended one run in the same way.
 * The same code, params and seeds give the same steps, and the checkpoints that both have are
 * compared: on another machine they may be different.
 */
export async function hasAllSteps(
  run: RunManifest,
  shorter: RunManifest,
  read: ReadObject,
): Promise<boolean> {
  const { steps, blockSize, segments } = shorter;
  if (run.blockSize !== blockSize || run.steps <= steps) return false;
  const isSame = segments.every((segment, i) => {
    const other = run.segments[i];
    return other !== undefined && sameSegment(other, segment);
  });
  if (!isSame || (run.segments[segments.length]?.start ?? steps) < steps) return false;
  const tiles = new TimelineReader(read);
  const [all, part] = [timelineOf(run), timelineOf(shorter)];
  if ((await tiles.firstDifference(all, part)) !== undefined) return false;
  if (steps % blockSize !== 0) return true;
  return sameState((await tiles.entry(all, steps / blockSize)).state, shorter.final);
}
