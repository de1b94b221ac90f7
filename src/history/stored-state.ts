import { type RunManifest, type Segment, timelineOf } from "../object/run.ts";
import { decodeSeeds } from "../object/seeds.ts";
import type { ReadObject, StateRef } from "../object/state.ts";
import { TimelineReader } from "../object/timeline-reader.ts";

/**
 * The stored state at a step of a run: stored are the states with which segments begin, those at
 * checkpoints, and the last one. With continuous streams, a checkpoint also holds the generators,
 * so it is not counted as the state.
 */
export async function storedState(
  get: ReadObject,
  run: RunManifest,
  step: number,
): Promise<StateRef | undefined> {
  const segment = run.segments.findLast(({ start }) => start <= step) as Segment;
  if (segment.start === step && segment.begin !== undefined) return segment.begin.state;
  const { rule } = decodeSeeds(await get("seeds", segment.seeds));
  if (rule === "continuous" || step > run.steps) return undefined;
  if (step === run.steps) return run.final;
  if (step % run.blockSize !== 0) return undefined;
  return (await new TimelineReader(get).entry(timelineOf(run), step / run.blockSize)).state;
}
