import { isRewindError, type RewindError } from "../../base/errors.ts";
import type { RunManifest } from "../../object/run.ts";
import type { Visit } from "../advance.ts";
import type { Environment, LongOptions } from "../environment.ts";
import { Replayer } from "../replayer.ts";
import type { LiveSegment } from "../segment.ts";
import type { OutputFiles } from "./output-files.ts";
import { headersBefore, regenerate } from "./regenerate.ts";
import { Rows } from "./rows.ts";

/** The outputs of a recording, as the recorder sees them. */
export interface RecordingOutputs {
  /** Takes the lines of a state. */
  readonly visit: Visit;
  /** The next step that `visit` must see. */
  readonly due: number;
  /** The step whose lines could not be made, if so. */
  readonly brokenAt: number | undefined;
  /** Notes that the run may end at a step, the last that `visit` has seen. */
  note(step: number): void;
  /** Writes what was taken. Throws FILE_FAILED. */
  flush(): void;
  /** The same, and notes for a later process how far the files are. Call it after a commit. */
  save(): void;
  /** Brings the files to the bytes of the run that was recorded; returns why that failed, if so. */
  end(manifest: RunManifest): Promise<RewindError | undefined>;
  /** Ends the work without that, unless it has ended. */
  abandon(): void;
}

/** The recording that outputs belong to. */
export interface OutputsOfPlan extends LongOptions {
  readonly env: Environment;
  readonly manifest: Pick<RunManifest, "segments" | "blockSize" | "goal">;
  /** The segment that is recorded, and the step from which. */
  readonly segment: LiveSegment;
  readonly from: number;
  /** The run that is continued or forked. */
  readonly parent: Replayer | undefined;
  /** The files hold the lines of the steps before this one, at most of the first that is recorded. */
  readonly have: number;
  readonly files: OutputFiles;
}

/**
 * Prepares the outputs of a recording: brings the files to the step from which it goes on, by replay
 * if need be. Throws OUTPUT_FAILED, FILE_FAILED and what replays throw.
 */
export async function recordingOutputs(plan: OutputsOfPlan): Promise<RecordingOutputs> {
  const { env, manifest, segment, from, parent, files, signal, onProgress } = plan;
  let { have } = plan;
  if (have < from && parent !== undefined) {
    await regenerate(parent, { from: have, to: from - 1, signal, onProgress }, files);
    have = from;
  }
  files.note(have);
  const headers = await headersBefore(manifest, have, env, (start) =>
    start === segment.start || parent === undefined ? segment : parent.segmentAt(start),
  );
  const segmentOf = (): LiveSegment => segment;
  const { blockSize, goal } = manifest;
  const rows = new Rows({ env, sink: files, headers, segmentOf, blockSize });
  let ended = false;
  return {
    visit(state, context, within) {
      const { step } = context;
      if (step < have) return false;
      // An extension with other params makes the last row anew.
      if (step === goal) files.note(step);
      return rows.visit(state, context, within);
    },
    get due() {
      return Math.min(rows.due, goal);
    },
    get brokenAt() {
      return rows.brokenAt;
    },
    note: (step) => files.note(step + 1),
    flush: () => files.flush(),
    save: () => files.save(),
    async end(made) {
      try {
        const next = made.steps + 1;
        const there = files.cut(next);
        if (there < next) {
          const range = { from: there, to: made.steps };
          await regenerate(new Replayer(made, env), range, files);
          files.note(next);
        }
        files.close();
        ended = true;
        return undefined;
      } catch (error) {
        if (isRewindError(error)) return error;
        throw error;
      }
    },
    abandon() {
      if (!ended) files.abandon();
    },
  };
}
