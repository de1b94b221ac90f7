import { isRewindError, RewindError } from "../../base/errors.ts";
import type { ObjectWriter, Tip } from "../../store/object-store.ts";
import type { Environment } from "../environment.ts";
import {
  beginningOf,
  type RecorderOptions,
  type Recording,
  type RecordingPlan,
  recordRun,
} from "./recorder.ts";

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
 * is the last: what came before it is kept. Throws the failure where nothing at all was recorded; its
 * data is `left` where the store could not be written to the end, and the journal that is left holds
 * what was recorded, for recovery.
 */
export async function writeRuns(
  env: Environment,
  works: readonly Work[],
  onLasting: (recordings: readonly Recording[]) => Promise<void> = async () => {},
): Promise<Written> {
  const storeWriter = await env.store.writer();
  const recordings: Recording[] = [];
  let failure: RewindError | undefined;
  try {
    const writer = works.length > 1 ? await together(env, storeWriter, works) : storeWriter;
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
    const isLeft = await storeWriter.abandon();
    throw isLeft ? withLeft(error) : error;
  }
}

/** The failure of what has left something behind: its data says so. */
export function withLeft(error: unknown): unknown {
  if (!isRewindError(error)) return error;
  const { code, message, data, cause } = error;
  return new RewindError(code, message, { ...data, left: true }, { cause });
}

/**
 * A writer whose first commit has the beginnings of all the recordings beside its own tip: a crash
 * then leaves them all, those that were not begun with no step of their own, or none. Throws what
 * planning one of them throws.
 */
async function together(
  env: Environment,
  writer: ObjectWriter,
  works: readonly Work[],
): Promise<ObjectWriter> {
  const beginnings: Tip[] = [];
  for (const { plan } of works) {
    // One plan at a time: each has a state in memory.
    const planned = await plan(writer);
    beginnings.push({ ref: planned.ref, run: beginningOf(env, writer, planned) });
  }
  return {
    put: writer.put,
    get pendingBytes() {
      return writer.pendingBytes;
    },
    commit: (...tips) => writer.commit(...beginnings.splice(0), ...tips),
    close: writer.close,
    abandon: writer.abandon,
  };
}
