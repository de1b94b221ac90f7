import { isRewindError, RewindError } from "../../base/errors.ts";
import type { Id } from "../../object/id.ts";
import { encodeRun, type RunManifest, type Segment } from "../../object/run.ts";
import { type PutObject, putState, type StateRef } from "../../object/state.ts";
import { type Timeline, TimelineBuilder, type TimelineEntry } from "../../object/timeline.ts";
import type { ObjectWriter } from "../../store/object-store.ts";
import { advance, type Position, type Standing } from "../advance.ts";
import { checkCodecs } from "../check-codecs.ts";
import { encodeCheckpoint } from "../checkpoint.ts";
import { drive } from "../drive.ts";
import { type Environment, encodeState, type LongOptions } from "../environment.ts";
import { restore, type Start } from "../start.ts";
import { Watch } from "../watch.ts";
import { type Recorded, SelfCheck } from "./self-check.ts";

/** What a recording begins with, and what it shall become. */
export interface RecordingPlan {
  /** Where it goes on from; the recorder takes the place over. */
  readonly place: Standing;
  /** What was digested of the stretch that the place lies in; undefined where it begins there. */
  readonly watch?: Watch | undefined;
  /** The checkpoints of the blocks that end at or before the place. */
  readonly timeline: Timeline;
  /**
   * The checkpoint of the block that the place lies inside; its witness stands unless the stretch that
   * goes on began with it.
   */
  readonly open?: TimelineEntry | undefined;
  /** What is known of the run beforehand; `goal` is the step to record to. */
  readonly draft: Omit<RunManifest, "edge" | "final" | "steps">;
  /** The ref that will name the run; a journal notes it, for recovery. */
  readonly ref?: string | undefined;
}

export interface RecorderOptions extends LongOptions {
  /**
   * Replays each block from its decoded checkpoint, in a fresh instance of the program and in another
   * order, and compares its witness and its end.
   */
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

/** The first state may be simpler than those that follow; a codec that loses something does so soon. */
const CHECKED_STATES = 3;

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
  let committed = { at: env.now(), step: plan.place.step };
  const range = { from: plan.place.step, to: plan.draft.goal };
  try {
    await drive(env, { ...options, ...range }, async (until) => {
      env.guard(() => recorder.runUntil(until));
      await recorder.selfCheck();
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

/** The body of the run that a recording is before its first step; what that needs is put. */
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

/** Whether the step that it names failed. */
function isOfStep({ code }: RewindError): boolean {
  return code !== "INTERRUPTED" && code !== "SELF_CHECK_FAILED";
}

class Recorder {
  readonly #env: Environment;
  readonly #writer: Pick<ObjectWriter, "put">;
  readonly #plan: RecordingPlan;
  #position: Position;
  #builder: TimelineBuilder;
  /** The segments, the last one's witness as it was at the last grid point. */
  #segments: readonly Segment[];
  readonly #check: SelfCheck | undefined;
  /** Of how many states to come it is checked that codecs lose nothing of them. */
  #checksLeft = CHECKED_STATES;
  /** The last state that was stored, and how the generator stood there. */
  #start: Start;
  #stored: StateRef;
  /** The checkpoint of the block that is being recorded. */
  #open: TimelineEntry;

  constructor(
    env: Environment,
    writer: Pick<ObjectWriter, "put">,
    plan: RecordingPlan,
    selfCheck: boolean,
  ) {
    this.#env = env;
    this.#writer = writer;
    this.#plan = plan;
    this.#builder = this.#builderOf(plan.timeline);
    this.#segments = plan.draft.segments;
    this.#check = selfCheck ? new SelfCheck(env) : undefined;
    const { place } = plan;
    const { step, streams, segment } = place;
    const encoded = this.#encode(place);
    this.#stored = this.#put(place, encoded);
    const watch = plan.watch ?? Watch.from(step, encoded.length, segment, env);
    this.#start = { step, encoded, streams: streams.states(), segment, watch };
    this.#open = plan.open ?? { state: this.#stored, witness: 0 };
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

  /** Checks what was recorded since the last time. Throws SELF_CHECK_FAILED: the run then ends before. */
  async selfCheck(): Promise<void> {
    const failed = await this.#check?.failure();
    if (failed === undefined) return;
    const { before } = failed.recorded;
    this.#builder = this.#builderOf(before.timeline);
    this.#segments = before.segments;
    this.#start = before.start;
    this.#stored = before.stored;
    this.#open = before.open;
    throw failed.error;
  }

  /** The step of the last stored state. */
  get steps(): number {
    return this.#start.step;
  }

  /** The run as it would be if it ended at the last stored state. */
  manifest(): RunManifest {
    const { step, watch } = this.#start;
    const { blockSize } = this.#plan.draft;
    let builder = this.#builder;
    if (step % blockSize !== 0) {
      builder = this.#builderOf(builder.timeline());
      builder.append(this.#openAt(watch));
    }
    return {
      ...this.#plan.draft,
      segments: this.#segmentsAt(watch),
      steps: step,
      edge: builder.timeline().edge,
      final: this.#stored,
    };
  }

  /** The failure of a step, told with the state before it. */
  explain(error: RewindError): RewindError {
    const { step } = error.data;
    if (typeof step !== "number" || !isOfStep(error)) return error;
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
    const { segment, step, watch } = position;
    const encoded = this.#encode(position);
    const before = this.#check && this.#standing();
    this.#stored = this.#put(position, encoded);
    const isGrid = step % segment.blockSize === 0;
    // The state at the block's start enters the timeline only now: the last state of a run is its
    // final state, not a checkpoint.
    if (isGrid) {
      this.#builder.append(this.#openAt(watch));
      this.#segments = this.#segmentsAt(watch);
      this.#open = { state: this.#stored, witness: 0 };
      if (segment.source.beginsAt(step)) position.streams = segment.source.at(step);
    }
    const streams = segment.source.rule === "continuous" ? position.streams.states() : undefined;
    const next = isGrid ? Watch.from(step, encoded.length, segment, this.#env) : watch.copy();
    this.#start = { step, encoded, streams, segment, watch: next };
    if (before !== undefined) {
      this.#check?.add({ before, end: step, encoded, witness: watch.witness });
    }
    if (isGrid) position.watch = next.copy();
  }

  /** Where the recording stands at its last stored state. */
  #standing(): Recorded["before"] {
    return {
      timeline: this.#builder.timeline(),
      segments: this.#segments,
      start: this.#start,
      stored: this.#stored,
      open: this.#open,
    };
  }

  /** The open block's checkpoint, with its witness as of now. */
  #openAt(watch: Watch): TimelineEntry {
    if (watch.start % this.#plan.draft.blockSize !== 0) return this.#open;
    return { ...this.#open, witness: watch.witness };
  }

  /** The segments, with the witness of the last one where the stretch began with it inside a block. */
  #segmentsAt(watch: Watch): readonly Segment[] {
    const { blockSize } = this.#plan.draft;
    const last = this.#segments.length - 1;
    return this.#segments.map((segment, i) =>
      i === last ? withWitness(segment, watch, blockSize) : segment,
    );
  }

  #builderOf(timeline: Timeline): TimelineBuilder {
    return new TimelineBuilder(timeline, this.#write);
  }

  #encode({ state, step, segment }: Standing): Uint8Array {
    try {
      // In a guard of its own: where a step has caught a refusal, its state must not be stored.
      const encoded = this.#env.guard(() => encodeState(state, segment.simulation, this.#env));
      if (this.#checksLeft-- > 0) checkCodecs(encoded, state, segment.simulation, this.#env);
      return encoded;
    } catch (error) {
      if (!isRewindError(error)) throw error;
      const message = `${error.message} (the state at step ${step})`;
      throw new RewindError(error.code, message, error.data, { cause: error });
    }
  }

  // Storing is no step's work: nothing of it is refused.
  readonly #write: PutObject = (kind, body) =>
    this.#env.guard.outside(() => this.#writer.put(kind, body));

  #put(place: Standing, encoded: Uint8Array): StateRef {
    return putState(encodeCheckpoint(place, encoded), this.#write);
  }
}

/** A segment with the witness of the stretch that begins with it, where that begins inside a block. */
export function withWitness(segment: Segment, watch: Watch, blockSize: number): Segment {
  const { start, begin } = segment;
  // On the grid the timeline holds the witness.
  if (begin === undefined || start !== watch.start || start % blockSize === 0) return segment;
  return { ...segment, begin: { ...begin, witness: watch.witness } };
}
