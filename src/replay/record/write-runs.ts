import type { RewindError } from "../../base/errors.ts";
import type { ObjectWriter } from "../../store/object-store.ts";
import type { Environment } from "../environment.ts";
import { type RecorderOptions, type Recording, type RecordingPlan, recordRun } from "./recorder.ts";

/** A recording that is still to be planned. */
export interface Work {
  readonly options: RecorderOptions;
  plan(writer: ObjectWriter): Promise<RecordingPlan>;
}

/** What came of several recordings. */
export interface Written {
  /** Those of which there is something; all but the last have reached their goals. */
  readonly recordings: readonly Recording[];
  /** Why the others were not recorded, or not to their goals. */
  readonly failure: RewindError | undefined;
}

/**
 * Carries out recordings, one after the other, with one writer. `onLasting` is called once all have
 * survived a power cut, and before their journal is sealed, to give them their names. One that fails
 * is the last: what came before it is kept. Throws the failure where nothing at all was recorded.
 */
export async function writeRuns(
  env: Environment,
  works: readonly Work[],
  onLasting: (recordings: readonly Recording[]) => Promise<void> = async () => {},
): Promise<Written> {
  const writer = await env.store.writer();
  const recordings: Recording[] = [];
  let failure: RewindError | undefined;
  try {
    for (const { options, plan } of works) {
      const planned = await plan(writer);
      const from = planned.place.step;
      const recording = await recordRun(env, writer, planned, options);
      failure = recording.failure;
      // Where no block was finished there is nothing to keep that the plan would not give again.
      if (failure === undefined || recording.run.steps > from) {
        await writer.commit({ ref: planned.ref, run: recording.body });
        recordings.push(recording);
      }
      if (failure !== undefined) break;
    }
    if (failure !== undefined && recordings.length === 0) throw failure;
    await onLasting(recordings);
    await writer.close();
    return { recordings, failure };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}
