import { isRewindError, type RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import type { Id } from "../../object/id.ts";
import { encodeRun, type RunManifest } from "../../object/run.ts";
import type { ObjectWriter } from "../../store/object-store.ts";
import { drive, type Pace } from "../drive.ts";
import { type Environment, LONG_OPTIONS, type LongOptions } from "../environment.ts";
import { Recorder, type RecordingPlan } from "./recorder.ts";

export interface RecorderOptions extends LongOptions {
  /**
   * Replays each block from its decoded checkpoint, in a fresh instance of the program, and
   * compares its witness and its end. Some blocks are also replayed out of order.
   */
  readonly selfCheck?: boolean | undefined;
}

/** What those may be. */
export const RECORDER_OPTIONS: OptionKinds<RecorderOptions> = {
  ...LONG_OPTIONS,
  selfCheck: "flag",
};

/** A finished recording, or the part of it before a failure. */
export interface Recording {
  readonly id: Id<"run">;
  readonly manifest: RunManifest;
  /** The run object's body. */
  readonly body: Uint8Array;
  /** Why the recording ended early, if it did. The run then ends where it can be continued. */
  readonly failure: RewindError | undefined;
}

/** The most work that a crash between two commits can lose, if blocks are shorter than this. */
const COMMIT_MS = 1_000;
const COMMIT_BYTES = 8 << 20;

/** How long to work on a block before the state inside it is marked. */
const MARK_MS = 2_000;

/**
 * The same after a mark that took `tookMs`. Marks should take at most a twentieth of the time, but a
 * crash should not lose five seconds, those of the mark included.
 */
function nextMarkMs(tookMs: number): number {
  return Math.max(MARK_MS, Math.min(20 * tookMs, 2 * MARK_MS - tookMs));
}

/**
 * Records a run into a writer: advances block by block, stores each checkpoint, and commits at
 * least once a second. Inside a block that takes longer, it marks the state every few seconds. A
 * failed step or an interruption leaves a run up to the last whole step, which can be continued.
 */
export async function recordRun(
  env: Environment,
  writer: ObjectWriter,
  plan: RecordingPlan,
  options: RecorderOptions = {},
  pace?: Pace,
): Promise<Recording> {
  const recorder = new Recorder(env, writer, plan, options.selfCheck ?? false);
  let failure: RewindError | undefined;
  const range = { from: plan.place.step, to: plan.draft.goal };
  const begun = env.now();
  let committed = { at: begun, step: range.from };
  /** The last step that a crash does not lose, or will not after the next commit, and since when. */
  let kept = { at: begun, step: range.from };
  let markAfterMs = MARK_MS;
  try {
    await drive(env, { ...options, ...range, pace }, async (until) => {
      const reached = env.guard(() => recorder.runUntil(until));
      await recorder.selfCheck();
      const now = env.now();
      if (recorder.steps > kept.step) kept = { at: now, step: recorder.steps };
      const due = writer.pendingBytes >= COMMIT_BYTES || now - committed.at >= COMMIT_MS;
      if (due && recorder.steps > committed.step) {
        await writer.commit({ ref: plan.ref, run: encodeRun(recorder.manifest()) });
        committed = { at: env.now(), step: recorder.steps };
      }
      if (writer.mark !== undefined && reached > kept.step && now - kept.at >= markAfterMs) {
        const mark = recorder.mark();
        if (mark !== undefined) await writer.mark({ ref: plan.ref, run: mark.run }, mark.objects);
        kept = { at: now, step: reached };
        markAfterMs = nextMarkMs(env.now() - now);
      }
      return reached;
    });
  } catch (error) {
    if (!isRewindError(error) || STORE_FAILURES.has(error.code)) throw error;
    // The recorder itself was interrupted, so only what was committed or marked is whole.
    if (error.code === "INTERRUPTED" && error.data.torn === true) throw error;
    failure = recorder.explain(error);
  }
  const manifest = recorder.manifest();
  const body = encodeRun(manifest);
  return { id: writer.put("run", body), manifest, body, failure };
}

/** Stores the objects of a recording before its first step, and returns the body of that run. */
export function beginningOf(
  env: Environment,
  writer: Pick<ObjectWriter, "put">,
  plan: RecordingPlan,
): Uint8Array {
  return encodeRun(new Recorder(env, writer, plan, false).manifest());
}

/** After these, nothing more can be written. */
const STORE_FAILURES: ReadonlySet<string> = new Set([
  "STORE_FULL",
  "STORE_READ_ONLY",
  "STORE_FAILED",
  "STORE_DAMAGED",
  "WRITER_POISONED",
]);
