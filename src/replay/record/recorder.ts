import { isRewindError, type RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import { withData } from "../../base/with-data.ts";
import { type Id, objectId } from "../../object/id.ts";
import { encodeRun, type RunManifest, type Segment } from "../../object/run.ts";
import { type PutObject, putState, type StateRef } from "../../object/state.ts";
import { type Timeline, TimelineBuilder, type TimelineEntry } from "../../object/timeline.ts";
import type { NewObject, ObjectWriter } from "../../store/object-store.ts";
import { advance, type Position, type Standing } from "../advance.ts";
import { checkCodecs } from "../check-codecs.ts";
import { encodeCheckpoint } from "../checkpoint.ts";
import { classPlace } from "../class-place.ts";
import { drive } from "../drive.ts";
import { type Environment, encodeState, LONG_OPTIONS, type LongOptions } from "../environment.ts";
import { generatorsNote } from "../generators-note.ts";
import { restore, type Start } from "../start.ts";
import { whereOf } from "../step-failure.ts";
import { Watch } from "../watch.ts";
import { type Recorded, SelfCheck } from "./self-check.ts";

/** The start of a recording, and its goal. */
export interface RecordingPlan {
  /** The place from which it continues. The recorder then owns it. */
  readonly place: Standing;
  /** The encoding of the state there, if it was needed already. */
  readonly encoded?: Uint8Array | undefined;
  /** The watch of the stretch that contains the place; undefined if a stretch begins there. */
  readonly watch?: Watch | undefined;
  /** The checkpoints of the blocks that end at or before the place. */
  readonly timeline: Timeline;
  /**
   * The checkpoint of the block that contains the place. Its witness stays, unless the continued
   * stretch began with that block.
   */
  readonly open?: TimelineEntry | undefined;
  /** The parts of the manifest that are known beforehand; `goal` is the step to record to. */
  readonly draft: Omit<RunManifest, "edge" | "final" | "steps">;
  /** The ref that will name the run; the journal notes it for recovery. */
  readonly ref?: string | undefined;
}

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

/**
 * How often the clock is read in a slice of work, and when a slice has taken far too long: each step
 * after it may take as long as a thousand did before.
 */
const PARTS = 128;
const LATE_MS = 100;

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
 * Whether to check that codecs lose nothing of the stored state number `index`: of the first three,
 * and then ever more rarely, since fields may change late.
 */
function isChecked(index: number): boolean {
  return index < 3 || (index & (index - 1)) === 0;
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
    await drive(env, { ...options, ...range }, async (until) => {
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

/** The step that failed, if the error is of a step. */
function failedStep(error: RewindError): number | undefined {
  const isOfStep = isRewindError(
    error,
    "STEP_FAILED",
    "STEP_RETURNED_NOTHING",
    "STEP_RETURNED_PROMISE",
    "FORBIDDEN_IN_STEP",
    "FUNCTION_FAILED",
  );
  return isOfStep ? error.data.step : undefined;
}

/** The step at which a recording was interrupted, if the error is that of an interruption. */
function interruptedStep(error: RewindError): number | undefined {
  return isRewindError(error, "INTERRUPTED") ? error.data.step : undefined;
}

class Recorder {
  readonly #env: Environment;
  readonly #writer: Pick<ObjectWriter, "put">;
  readonly #plan: RecordingPlan;
  #position: Position;
  #builder: TimelineBuilder;
  /** The segments, with the last one's witness as of the last step on the grid. */
  #segments: readonly Segment[];
  readonly #check: SelfCheck | undefined;
  /** The number of states that were stored. */
  #states = 0;
  /** The last stored state, and the generators there. */
  #start: Start;
  #stored: StateRef;
  /** The checkpoint of the block that is being recorded. */
  #open: TimelineEntry;
  /** A later state inside the block, which the store does not hold for good. */
  #mark: Start | undefined;
  /** Whether no step has ended early, so that the position can be stored. */
  #isWhole = true;

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
    const encoded = this.#encode(place, plan.encoded);
    this.#stored = this.#put(place, encoded);
    const watch = plan.watch ?? Watch.from(step, encoded.length, segment, env);
    this.#start = { step, encoded, streams: streams.states(), segment, watch };
    this.#open = plan.open ?? { state: this.#stored, witness: 0 };
    // Steps change a copy, because the caller keeps the values of init, mutate and set.
    this.#position = restore(this.#start);
  }

  /**
   * Advances to step `until`, stores the checkpoints on the way, and returns the step that it reached:
   * an earlier one if the steps have become slow, so that those done can be marked.
   */
  runUntil(until: number): number {
    const position = this.#position;
    const { blockSize, goal } = this.#plan.draft;
    const begun = this.#env.now();
    const part = Math.ceil((until - position.step) / PARTS);
    let look = position.step + part;
    while (position.step < until) {
      const gridAfter = position.step - (position.step % blockSize) + blockSize;
      const end = Math.min(gridAfter, until, look);
      this.#isWhole = false;
      advance(position, end);
      this.#isWhole = true;
      if (end === gridAfter || end === goal) this.#checkpoint();
      if (end < look) continue;
      if (this.#env.now() - begun > LATE_MS) break;
      look += part;
    }
    return position.step;
  }

  /**
   * Checks the blocks since the last check. If one fails, cuts the run before it and throws
   * SELF_CHECK_FAILED.
   */
  async selfCheck(): Promise<void> {
    const failed = await this.#check?.failure();
    if (failed === undefined) return;
    const { before } = failed.recorded;
    this.#builder = this.#builderOf(before.timeline);
    this.#segments = before.segments;
    this.#start = before.start;
    this.#stored = before.stored;
    this.#open = before.open;
    this.#mark = undefined;
    this.#isWhole = false;
    throw failed.error;
  }

  /** The step of the last stored state. */
  get steps(): number {
    return this.#start.step;
  }

  /** The manifest of a run that ends at the last stored state. */
  manifest(): RunManifest {
    return this.#endingAt(this.#start, this.#stored);
  }

  #endingAt(start: Start, final: StateRef, write: PutObject = this.#write): RunManifest {
    const { step, watch } = start;
    const { blockSize, goal, meta } = this.#plan.draft;
    let builder = this.#builder;
    if (step % blockSize !== 0) {
      builder = new TimelineBuilder(builder.timeline(), write);
      builder.append(this.#openAt(watch));
    }
    // A self-check continues by a replay of the open block, because that has not been checked.
    const goesOn = step % blockSize !== 0 && step < goal && this.#check === undefined;
    return {
      ...this.#plan.draft,
      meta: goesOn ? { ...meta, ...generatorsNote(start.streams) } : meta,
      segments: this.#segmentsAt(watch),
      steps: step,
      edge: builder.timeline().edge,
      final,
    };
  }

  /**
   * The run as it would be if it ended at the present step, inside a block, and the objects that
   * only this run needs. Undefined if the state cannot be stored, which is allowed inside a block.
   */
  mark(): { readonly run: Uint8Array; readonly objects: readonly NewObject[] } | undefined {
    const position = this.#position;
    const { segment, state, step, watch } = position;
    const objects: NewObject[] = [];
    const write: PutObject = (kind, body) => {
      const id = objectId(this.#env.store.hash, kind, body);
      objects.push({ kind, id, body });
      return id;
    };
    try {
      const encoded = this.#env.guard(() => encodeState(state, segment.simulation, this.#env));
      checkCodecs(encoded, state, segment.simulation, this.#env);
      const streams = position.streams.states();
      const mark = { step, encoded, streams, segment, watch: watch.copy() };
      const final = putState(encodeCheckpoint(position, encoded), write);
      const run = encodeRun(this.#endingAt(mark, final, write));
      this.#mark = mark;
      return { run, objects };
    } catch (error) {
      if (!isRewindError(error) || error.code === "INTERRUPTED") throw error;
      return undefined;
    }
  }

  /**
   * Lets the run end at the last whole step, and adds the state there to the error of a step: whoever
   * looks for the reason needs the steps just before it.
   */
  explain(error: RewindError): RewindError {
    const step = failedStep(error);
    const position = this.#lastWhole(step ?? interruptedStep(error));
    const mark = this.#mark;
    const isStored = position !== undefined && this.#endAt(position);
    if (!isStored && mark !== undefined) this.#endAt(restore(mark));
    const isOfStep = step !== undefined && position !== undefined;
    return isOfStep ? withData(error, { state: position.state }) : error;
  }

  /**
   * The position at the last whole step. A step that ended early may have changed its state in place,
   * so the steps before it, up to `broken`, are replayed from the last state that is known.
   */
  #lastWhole(broken: number | undefined): Position | undefined {
    if (broken === undefined) return undefined;
    if (this.#isWhole) return this.#position;
    const position = restore(this.#mark ?? this.#start);
    try {
      this.#env.guard(() => advance(position, broken));
      return position;
    } catch {
      // It does not replay: the run ends at a state that was stored.
      return undefined;
    }
  }

  /**
   * Lets the run end here; false if the state cannot be stored, which is allowed inside a block.
   */
  #endAt(position: Position): boolean {
    if (position.step === this.#start.step) return true;
    this.#position = position;
    try {
      this.#env.guard(() => this.#checkpoint());
      return true;
    } catch {
      return false;
    }
  }

  #checkpoint(): void {
    const position = this.#position;
    const { segment, step, watch } = position;
    const encoded = this.#encode(position);
    const before = this.#check && this.#standing();
    this.#stored = this.#put(position, encoded);
    const isGrid = step % segment.blockSize === 0;
    // The state at the block's start enters the timeline only now, because the last state of a run
    // is its final state, not a checkpoint.
    if (isGrid) {
      this.#builder.append(this.#openAt(watch));
      this.#segments = this.#segmentsAt(watch);
      this.#open = { state: this.#stored, witness: 0 };
      if (segment.source.beginsAt(step)) position.streams = segment.source.at(step);
    }
    const isSeeded = isGrid && segment.source.rule !== "continuous";
    const streams = isSeeded ? undefined : position.streams.states();
    const next = isGrid ? Watch.from(step, encoded.length, segment, this.#env) : watch.copy();
    this.#start = { step, encoded, streams, segment, watch: next };
    this.#mark = undefined;
    if (before !== undefined) {
      this.#check?.add({ before, end: step, encoded, witness: watch.witness });
    }
    if (isGrid) position.watch = next.copy();
  }

  /** The recording as of its last stored state. */
  #standing(): Recorded["before"] {
    return {
      timeline: this.#builder.timeline(),
      segments: this.#segments,
      start: this.#start,
      stored: this.#stored,
      open: this.#open,
    };
  }

  /** The checkpoint of the open block, with its current witness. */
  #openAt(watch: Watch): TimelineEntry {
    if (watch.start % this.#plan.draft.blockSize !== 0) return this.#open;
    return { ...this.#open, witness: watch.witness };
  }

  /**
   * The segments, with the current witness of the last one if the stretch began with it inside a
   * block.
   */
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

  #encode({ state, step, segment }: Standing, known?: Uint8Array): Uint8Array {
    try {
      // In its own guard, so that no state is stored if a step has caught a refusal.
      const encoded =
        known ?? this.#env.guard(() => encodeState(state, segment.simulation, this.#env));
      if (isChecked(this.#states++)) checkCodecs(encoded, state, segment.simulation, this.#env);
      return encoded;
    } catch (error) {
      if (!isRewindError(error)) throw error;
      // A codec is code of the program.
      const { data, place } = whereOf(error.cause, segment);
      const at = `${place && `, ${place}`}${classPlace(error, segment)}`;
      throw withData(error, data, `${error.message} (the state at step ${step}${at})`);
    }
  }

  // Steps do not store, so nothing in here is refused.
  readonly #write: PutObject = (kind, body) =>
    this.#env.guard.outside(() => this.#writer.put(kind, body));

  #put(place: Standing, encoded: Uint8Array): StateRef {
    return putState(encodeCheckpoint(place, encoded), this.#write);
  }
}

/** A segment with the witness of the stretch that begins with it inside a block. */
export function withWitness(segment: Segment, watch: Watch, blockSize: number): Segment {
  const { start, begin } = segment;
  // On the grid the timeline holds the witness.
  if (begin === undefined || start !== watch.start || start % blockSize === 0) return segment;
  return { ...segment, begin: { ...begin, witness: watch.witness } };
}
