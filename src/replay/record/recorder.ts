import { equalBytes } from "../../base/bytes.ts";
import { describe } from "../../base/checks.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { Id } from "../../object/id.ts";
import { encodeRun, type RunManifest } from "../../object/run.ts";
import { putState, type StateRef } from "../../object/state.ts";
import { type Timeline, TimelineBuilder } from "../../object/timeline.ts";
import type { ObjectWriter } from "../../store/object-store.ts";
import { advance, type Position } from "../advance.ts";
import { encodeCheckpoint } from "../checkpoint.ts";
import { drive } from "../drive.ts";
import {
  compareStates,
  decodeState,
  type Environment,
  encodeState,
  type LongOptions,
} from "../environment.ts";
import { restore, type Start } from "../replayer.ts";

/** What a recording begins with, and what it shall become. */
export interface RecordingPlan {
  /** Where it goes on from; the recorder takes the position over. */
  readonly position: Position;
  /** The checkpoints before the position. */
  readonly timeline: Timeline;
  /** What is known of the run beforehand; `goal` is the step to record to. */
  readonly draft: Omit<RunManifest, "edge" | "final" | "steps">;
  /** The ref that will name the run; a journal notes it, for recovery. */
  readonly ref?: string | undefined;
}

export interface RecorderOptions extends LongOptions {
  /** Replays each block from its decoded checkpoint at once, and compares. */
  readonly selfCheck?: boolean | undefined;
}

/** What was recorded: all of it, or what there was when it failed. */
export interface Recording {
  readonly id: Id<"run">;
  readonly run: RunManifest;
  /** The run object's body. */
  readonly body: Uint8Array;
  /** Why the recording ended early, where it did: the run then ends at its last checkpoint. */
  readonly failure: RewindError | undefined;
}

/** At most this much work is at risk between two commits. */
const COMMIT_MS = 1_000;
const COMMIT_BYTES = 8 << 20;

/**
 * Records a run into a writer: advances block by block, stores each checkpoint, and commits at
 * least once a second. Where a step fails or the signal interrupts, what was recorded up to the
 * last checkpoint is a run of its own, which can be continued.
 */
export async function recordRun(
  env: Environment,
  writer: ObjectWriter,
  plan: RecordingPlan,
  options: RecorderOptions = {},
): Promise<Recording> {
  const recorder = new Recorder(env, writer, plan, options.selfCheck ?? false);
  let failure: RewindError | undefined;
  let committed = { at: env.now(), step: plan.position.step };
  const range = { from: plan.position.step, to: plan.draft.goal };
  try {
    await drive(env, { ...options, ...range }, async (until) => {
      env.guard(() => recorder.runUntil(until));
      const due = writer.pendingBytes >= COMMIT_BYTES || env.now() - committed.at >= COMMIT_MS;
      // In a block that takes minutes there is nothing new to commit before its end.
      if (due && recorder.steps > committed.step) {
        await writer.commit({ ref: plan.ref, run: encodeRun(recorder.manifest()) });
        committed = { at: env.now(), step: recorder.steps };
      }
      return until;
    });
  } catch (error) {
    if (!isRewindError(error) || STORE_FAILURES.has(error.code)) throw error;
    // Ended in the middle of what the recorder itself does: what was committed is whole.
    if (error.data.torn === true) throw error;
    failure = recorder.explain(error);
  }
  const run = recorder.manifest();
  const body = encodeRun(run);
  return { id: writer.put("run", body), run, body, failure };
}

/** After these, nothing more can be written. */
const STORE_FAILURES: ReadonlySet<string> = new Set([
  "STORE_FULL",
  "STORE_READ_ONLY",
  "STORE_FAILED",
  "STORE_DAMAGED",
  "WRITER_POISONED",
]);

class Recorder {
  readonly #env: Environment;
  readonly #writer: ObjectWriter;
  readonly #plan: RecordingPlan;
  #position: Position;
  readonly #builder: TimelineBuilder;
  readonly #selfCheck: boolean;
  /** The last state that was stored, and how the generator stood there. */
  #start: Start;
  #stored: StateRef;

  constructor(env: Environment, writer: ObjectWriter, plan: RecordingPlan, selfCheck: boolean) {
    this.#env = env;
    this.#writer = writer;
    this.#plan = plan;
    this.#position = plan.position;
    this.#builder = new TimelineBuilder(plan.timeline, (kind, body) =>
      env.guard.outside(() => writer.put(kind, body)),
    );
    this.#selfCheck = selfCheck;
    const { step, streams, segment } = plan.position;
    const encoded = this.#encode();
    this.#start = { step, encoded, streams: streams.states(), segment };
    this.#stored = this.#put(encoded);
    // What init, mutate or set gave stays the caller's: the steps change a state of their own.
    this.#position = restore(this.#start);
  }

  /** Advances to step `until`, storing the checkpoints on the way. */
  runUntil(until: number): void {
    const position = this.#position;
    const { blockSize, goal } = this.#plan.draft;
    while (position.step < until) {
      const gridAfter = position.step - (position.step % blockSize) + blockSize;
      const end = Math.min(gridAfter, until);
      advance(position, end);
      if (end === gridAfter || end === goal) this.#checkpoint();
    }
  }

  /** The step of the last stored state. */
  get steps(): number {
    return this.#start.step;
  }

  /** The run as it would be if it ended at the last stored state. */
  manifest(): RunManifest {
    const { edge } = this.#builder.timeline();
    return { ...this.#plan.draft, steps: this.#start.step, edge, final: this.#stored };
  }

  /** The failure of a step, told with the state before it. */
  explain(error: RewindError): RewindError {
    const { step } = error.data;
    if (typeof step !== "number" || error.code === "INTERRUPTED") return error;
    const position = restore(this.#start);
    try {
      this.#env.guard(() => advance(position, step));
    } catch {
      return error;
    }
    return new RewindError(
      error.code,
      error.message,
      { ...error.data, state: position.state },
      { cause: error.cause },
    );
  }

  #checkpoint(): void {
    const position = this.#position;
    const { segment, step } = position;
    const encoded = this.#encode();
    if (this.#selfCheck) this.#check(encoded);
    // The state at the block's start enters the timeline only now: the last state of a run is its
    // final state, not a checkpoint.
    if (this.#start.step % segment.blockSize === 0) this.#builder.append(this.#stored);
    this.#stored = this.#put(encoded);
    if (segment.source.beginsAt(step)) position.streams = segment.source.at(step);
    const streams = segment.source.rule === "continuous" ? position.streams.states() : undefined;
    this.#start = { step, encoded, streams, segment };
  }

  /** Replays what was just recorded, from the bytes of the last checkpoint. */
  #check(encoded: Uint8Array): void {
    const { simulation } = this.#position.segment;
    const again = restore(this.#start);
    advance(again, this.#position.step);
    const replayed = encodeState(again.state, simulation, this.#env);
    if (equalBytes(replayed, encoded)) return;
    const [first] = compareStates(decodeState(encoded, simulation), again.state, simulation);
    throw new RewindError(
      "SELF_CHECK_FAILED",
      `replaying steps ${this.#start.step}..${again.step} gave another state: ${first?.path} was ` +
        `${describe(first?.a)} and is ${describe(first?.b)} in the replay`,
      { from: this.#start.step, to: again.step, path: first?.path, a: first?.a, b: first?.b },
    );
  }

  #encode(): Uint8Array {
    const { state, step, segment } = this.#position;
    try {
      // In a guard of its own: where a step has caught a refusal, its state must not be stored.
      return this.#env.guard(() => encodeState(state, segment.simulation, this.#env));
    } catch (error) {
      if (!isRewindError(error)) throw error;
      const message = `${error.message} (the state at step ${step})`;
      throw new RewindError(error.code, message, error.data, { cause: error });
    }
  }

  #put(encoded: Uint8Array): StateRef {
    const bytes = encodeCheckpoint(this.#position, encoded);
    return putState(bytes, (kind, body) =>
      this.#env.guard.outside(() => this.#writer.put(kind, body)),
    );
  }
}
