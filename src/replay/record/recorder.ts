import { count } from "../../base/count.ts";
import { isRewindError, type RewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import { objectId } from "../../object/id.ts";
import { encodeObserved, type Observed } from "../../object/observed.ts";
import { encodeRun, type RunManifest, type Segment } from "../../object/run.ts";
import { type PutObject, putState, type StateRef } from "../../object/state.ts";
import { type Timeline, TimelineBuilder, type TimelineEntry } from "../../object/timeline.ts";
import type { NewObject, ObjectWriter } from "../../store/object-store.ts";
import { advance, type Position, type Standing, type Visit } from "../advance.ts";
import { checkCodecs } from "../check-codecs.ts";
import { encodeCheckpoint } from "../checkpoint.ts";
import { classPlace } from "../class-place.ts";
import { type Environment, encodeState } from "../environment.ts";
import { generatorsNote } from "../generators-note.ts";
import { type ObservedBefore, Observing } from "../observe/observing.ts";
import type { RecordingOutputs } from "../output/recording-outputs.ts";
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
  /** What was observed before the place; nothing unless given. */
  readonly observed?: ObservedBefore | undefined;
  /** The ref that will name the run; the journal notes it for recovery. */
  readonly ref?: string | undefined;
}

/**
 * How often the clock is read in a slice of work, and when a slice has taken far too long: each step
 * after it may take as long as a thousand did before.
 */
const PARTS = 128;
const LATE_MS = 100;

/** From how many steps without a row it pays to advance without a visit. */
const QUIET_STEPS = 16;

/**
 * Whether to check that codecs lose nothing of the stored state number `index`: of the first three,
 * and then ever more rarely, since fields may change late.
 */
function isChecked(index: number): boolean {
  return index < 3 || (index & (index - 1)) === 0;
}

/** The step that failed, if the error is of a step. */
function failedStep(error: RewindError): number | undefined {
  const isOfStep = isRewindError(
    error,
    "STEP_FAILED",
    "STEP_RETURNED_NOTHING",
    "STEP_RETURNED_PROMISE",
    "FORBIDDEN_IN_STEP",
    "FUNCTION_FAILED",
    "OBSERVER_FAILED",
    "OUTPUT_FAILED",
  );
  return isOfStep ? error.data.step : undefined;
}

/** The step at which a recording was interrupted, if the error is that of an interruption. */
function interruptedStep(error: RewindError): number | undefined {
  return isRewindError(error, "INTERRUPTED") ? error.data.step : undefined;
}

/**
 * Records block by block: advances, stores the checkpoints, and knows the run that would end at the
 * last of them.
 */
export class Recorder {
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
  readonly #observing: Observing | undefined;
  /** What was observed up to the last stored state. */
  #observed: Observed | undefined;
  /** A later state inside the block, which the store does not hold for good. */
  #mark: { readonly start: Start; readonly observed: Observed | undefined } | undefined;
  /** Whether no step has ended early, so that the position can be stored. */
  #isWhole = true;
  readonly #outputs: RecordingOutputs | undefined;
  /** What looks at each new state, if anything does. */
  readonly #visit: Visit | undefined;

  constructor(
    env: Environment,
    writer: Pick<ObjectWriter, "put">,
    plan: RecordingPlan,
    selfCheck: boolean,
    outputs?: RecordingOutputs,
  ) {
    this.#env = env;
    this.#outputs = outputs;
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
    const before = plan.observed ?? { step, series: [] };
    const observing = new Observing(segment, before, this.#write);
    this.#observing = observing.isNeeded ? observing : undefined;
    if (step === before.step)
      env.guard(() => this.#observing?.visit(this.#position.state, { step }));
    this.#observed = this.#observing?.observed();
    this.#visit = visitOfBoth(outputs?.visit, this.#observing?.visit);
  }

  /** Shows the first state to the outputs. Call it once, before any step. */
  begin(): void {
    const outputs = this.#outputs;
    if (outputs === undefined) return;
    const { state, segment } = this.#position;
    segment.context.step = this.#position.step;
    try {
      outputs.visit(state, segment.context, segment);
    } finally {
      segment.rest();
    }
    outputs.note(this.#position.step);
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
      let end = Math.min(gridAfter, until, look);
      let visit = this.#visit;
      // Most outputs have a row now and then. Without observers the loop is tight in between.
      const quiet = Math.min(end, (this.#outputs?.due ?? 0) - 1);
      if (quiet - position.step >= QUIET_STEPS) {
        end = quiet;
        visit = this.#observing?.visit;
      }
      this.#isWhole = false;
      advance(position, end, visit);
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
    this.#observed = before.observed;
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
    return this.#endingAt({ start: this.#start, final: this.#stored, observed: this.#observed });
  }

  #endingAt({ start, final, observed }: End, write: PutObject = this.#write): RunManifest {
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
      ...(observed && { observed: write("observed", encodeObserved(observed)) }),
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
      const start = { step, encoded, streams, segment, watch: watch.copy() };
      const observed = this.#observing?.observed();
      const final = putState(encodeCheckpoint(position, encoded), write);
      const run = encodeRun(this.#endingAt({ start, final, observed }, write));
      this.#mark = { start, observed };
      this.#outputs?.note(step);
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
    const broken = step ?? interruptedStep(error);
    // A run ends before a state whose rows cannot be made.
    const last = Math.min(broken ?? 0, (this.#outputs?.brokenAt ?? Number.POSITIVE_INFINITY) - 1);
    const position = last < 0 || broken === undefined ? undefined : this.#lastWhole(last);
    const mark = this.#mark;
    const isStored = position !== undefined && this.#endAt(position);
    if (!isStored && mark !== undefined) this.#endAt(restore(mark.start), mark.observed);
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
    const observing = this.#observing;
    if (observing?.isWhole === false) return undefined;
    const position = restore(this.#mark?.start ?? this.#start);
    // An observer may have failed at the state that the last whole step gave.
    const to = Math.min(broken, observing?.to ?? broken);
    try {
      this.#env.guard(() => advance(position, to));
      return position;
    } catch {
      // It does not replay: the run ends at a state that was stored.
      return undefined;
    }
  }

  /**
   * Lets the run end here; false if the state cannot be stored, which is allowed inside a block.
   */
  #endAt(position: Position, observed = this.#observing?.observed()): boolean {
    if (position.step === this.#start.step) return true;
    this.#position = position;
    try {
      this.#env.guard(() => this.#checkpoint(observed));
      return true;
    } catch {
      return false;
    }
  }

  #checkpoint(observed = this.#observing?.observed()): void {
    const position = this.#position;
    const { segment, step, watch } = position;
    const encoded = this.#encode(position);
    const before = this.#check && this.#standing();
    this.#stored = this.#put(position, encoded);
    this.#observed = observed;
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
    this.#outputs?.note(step);
  }

  /** The recording as of its last stored state. */
  #standing(): Recorded["before"] {
    return {
      timeline: this.#builder.timeline(),
      segments: this.#segments,
      start: this.#start,
      stored: this.#stored,
      open: this.#open,
      observed: this.#observed,
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
      throw withData(error, data, `${error.message} (the state at step ${count(step)}${at})`);
    }
  }

  // Steps do not store, so nothing in here is refused.
  readonly #write: PutObject = (kind, body) =>
    this.#env.guard.outside(() => this.#writer.put(kind, body));

  #put(place: Standing, encoded: Uint8Array): StateRef {
    return putState(encodeCheckpoint(place, encoded), this.#write);
  }
}

/**
 * The outputs come first: if an observer then fails, the lines of its step can be taken back, but
 * what was observed stays.
 */
function visitOfBoth(outputs: Visit | undefined, observers: Visit | undefined): Visit | undefined {
  if (outputs === undefined || observers === undefined) return outputs ?? observers;
  return (state, context, segment) => {
    outputs(state, context, segment);
    return observers(state, context, segment);
  };
}

/** Where a run would end: its last state, and what was observed up to there. */
interface End {
  readonly start: Start;
  readonly final: StateRef;
  readonly observed: Observed | undefined;
}

/** A segment with the witness of the stretch that begins with it inside a block. */
export function withWitness(segment: Segment, watch: Watch, blockSize: number): Segment {
  const { start, begin } = segment;
  // On the grid the timeline holds the witness.
  if (begin === undefined || start !== watch.start || start % blockSize === 0) return segment;
  return { ...segment, begin: { ...begin, witness: watch.witness } };
}
