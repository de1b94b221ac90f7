import type { RewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import type { ObjectWriter, Tip } from "../../store/object-store.ts";
import type { Environment } from "../environment.ts";
import type { RecordingOutputs } from "../output/recording-outputs.ts";
import { beginningOf, type RecorderOptions, type Recording, recordRun } from "./record-run.ts";
import type { RecordingPlan } from "./recorder.ts";

/** A recording that is not planned yet. */
export interface Work {
  readonly options: RecorderOptions;
  plan(writer: ObjectWriter): Promise<RecordingPlan>;
  /** The outputs that the recording writes, if any. */
  outputs?(plan: RecordingPlan): Promise<RecordingOutputs | undefined>;
}

/** The result of several recordings. */
export interface Written {
  /** The recordings with at least one block. All but the last have reached their goals. */
  readonly recordings: readonly Recording[];
  /** Why the others were not recorded, or not completely. */
  readonly failure: RewindError | undefined;
}

/**
 * Carries out recordings, one after the other, with one writer. Calls `onLasting` to name them once
 * a power cut can no longer lose them, before their journal is sealed. Stops at the first that
 * fails and keeps those before it. Throws the failure if nothing was recorded. The error's data has
 * `left: true` if the store could not be written to the end: the journal that is left then holds
 * the recordings, for recovery.
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
    for (const { options, plan, outputs: outputsOf } of works) {
      const planned = await plan(writer);
      const from = planned.place.step;
      const outputs = await outputsOf?.(planned);
      try {
        const recording = await recordRun(env, writer, planned, options, outputs);
        failure = recording.failure;
        // Without a finished block there is nothing to keep: the plan would give the same beginning.
        if (failure === undefined || recording.manifest.steps > from) {
          await writer.commit({ ref: planned.ref, run: recording.body });
          recordings.push(recording);
          // The run is kept, whatever becomes of its outputs.
          const problem = await outputs?.end(recording.manifest);
          failure ??= problem;
        }
      } finally {
        outputs?.abandon();
      }
      if (failure !== undefined) break;
    }
    if (failure !== undefined && recordings.length === 0) throw failure;
    await onLasting(recordings);
    await writer.close();
    return { recordings, failure };
  } catch (error) {
    const isLeft = await storeWriter.abandon();
    throw isLeft ? withData(error, { left: true }) : error;
  }
}

/**
 * Plans a recording and carries it out with its own writer. Calls `onLasting` to name the run once
 * a power cut can no longer lose it, before its journal is sealed.
 */
export async function writeRun(
  env: Environment,
  options: RecorderOptions,
  plan: (writer: ObjectWriter) => Promise<RecordingPlan>,
  onLasting: (recording: Recording) => Promise<void> = async () => {},
): Promise<Recording> {
  const one = ([recording]: readonly Recording[]): Recording => recording as Recording;
  const { recordings } = await writeRuns(env, [{ options, plan }], (all) => onLasting(one(all)));
  return one(recordings);
}

/** A recording that reached its goal. Throws the failure of one that did not. */
export function finished(recording: Recording): Recording {
  if (recording.failure !== undefined) throw recording.failure;
  return recording;
}

/**
 * A writer whose first commit includes the beginnings of all the recordings. A crash then leaves
 * either all of them, some perhaps without a step, or none. Throws what planning one of them
 * throws.
 */
async function together(
  env: Environment,
  writer: ObjectWriter,
  works: readonly Work[],
): Promise<ObjectWriter> {
  const beginnings: Tip[] = [];
  for (const { plan } of works) {
    // One plan at a time, because each holds a state in memory.
    const planned = await plan(writer);
    beginnings.push({ ref: planned.ref, run: beginningOf(env, writer, planned) });
  }
  const { mark } = writer;
  return {
    put: writer.put,
    get pendingBytes() {
      return writer.pendingBytes;
    },
    commit: (...tips) => writer.commit(...beginnings.splice(0), ...tips),
    ...(mark && {
      mark: async (tip, objects) => {
        if (beginnings.length > 0) await writer.commit(...beginnings.splice(0));
        await mark(tip, objects);
      },
    }),
    close: writer.close,
    abandon: writer.abandon,
  };
}
