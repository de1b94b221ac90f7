import { checkStepInRange } from "../base/checks.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import { type RunManifest, type Segment, timelineOf } from "../object/run.ts";
import { type ReadObject, readState, type StateRef } from "../object/state.ts";
import type { Timeline } from "../object/timeline.ts";
import { TimelineReader } from "../object/timeline-reader.ts";
import { deriveSeed } from "../random/seeds.ts";
import { objectReader } from "../store/object-store.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import type { Environment, LongOptions } from "./environment.ts";
import type { SegmentParts } from "./programs.ts";
import { type LiveSegment, openSegment } from "./segment.ts";
import type { AnySimulation } from "./simulation.ts";
import type { Start } from "./start.ts";
import type { StreamStates } from "./streams.ts";
import { Watch } from "./watch.ts";

/** How a replay begins. */
export interface StartOptions extends LongOptions {
  /** Whether its witness is compared with the recording. Default true. */
  readonly watched?: boolean | undefined;
}

/**
 * A recorded run as it is stored: its checkpoints, the places from which a replay can begin, and its
 * segments with their code loaded. Each replay gets its own instance of the program, so that only the
 * checkpoint can affect it.
 */
export class RecordedRun {
  readonly env: Environment;
  readonly manifest: RunManifest;
  readonly readObject: ReadObject;
  readonly timeline: Timeline;
  readonly entries: TimelineReader;
  /** The steps at which checked stretches begin. */
  readonly checked: Set<number> = new Set();
  readonly #segments = new Map<number, Promise<LiveSegment>>();
  /** The segment of each context that steps get. */
  readonly #live = new WeakMap<object, LiveSegment>();

  constructor(manifest: RunManifest, env: Environment) {
    this.env = env;
    this.manifest = manifest;
    this.readObject = objectReader(env.store);
    this.timeline = timelineOf(manifest);
    this.entries = new TimelineReader(this.readObject);
  }

  /**
   * The last place at or before `step` from which a replay can begin, less than a block before it.
   * Without `watched`, the replay has no witness to compare.
   */
  async start(step: number, options: StartOptions = {}): Promise<Start> {
    checkStepInRange(step, this.manifest.steps);
    const at = this.stretchStart(step);
    const { begin } = this.segmentRecorded(at);
    if (begin !== undefined && this.segmentRecorded(at).start === at) {
      return this.startFromStore(at, options);
    }
    return this.#startAtCheckpoint(at, await this.checkpointAt(at, options), options);
  }

  /** The same at a step where a stretch begins. Throws OBJECT_MISSING if its state is not stored. */
  async startFromStore(at: number, options: StartOptions = {}): Promise<Start> {
    const { start, begin } = this.segmentRecorded(at);
    if (begin === undefined || start !== at) {
      return this.#startAtCheckpoint(at, await this.readCheckpoint(at), options);
    }
    const { state, generator: main, named } = begin;
    const encoded = await readState(state, this.readObject);
    return this.#startAt(at, encoded, { main, named }, options);
  }

  /** The stored bytes at a step of the grid. Throws OBJECT_MISSING. */
  async readCheckpoint(grid: number): Promise<Uint8Array> {
    return readState((await this.stored(grid)) as StateRef, this.readObject);
  }

  /** Whether the store has the checkpoint at a step of the grid, all of it. */
  async isStored(grid: number): Promise<boolean> {
    try {
      await readState((await this.stored(grid)) as StateRef, this.readObject);
      return true;
    } catch (error) {
      if (isRewindError(error, "OBJECT_MISSING")) return false;
      throw error;
    }
  }

  /** The stored bytes; a store that lacks them may have another way to them. */
  protected checkpointAt(grid: number, _options: StartOptions): Promise<Uint8Array> {
    return this.readCheckpoint(grid);
  }

  /** The step of `start(step)`: the start of the stretch that contains `step`. */
  stretchStart(step: number): number {
    const { start, begin } = this.segmentRecorded(step);
    const grid = this.gridBefore(step);
    return begin !== undefined && start > grid ? start : grid;
  }

  /** The stored state at `step`; undefined except on the grid and at the end. */
  async stored(step: number): Promise<StateRef | undefined> {
    if (step === this.manifest.steps) return this.manifest.final;
    if (step % this.manifest.blockSize !== 0) return undefined;
    return (await this.entries.entry(this.timeline, step / this.manifest.blockSize)).state;
  }

  /** The last step on the grid at or before `step`. */
  gridBefore(step: number): number {
    return step - (step % this.manifest.blockSize);
  }

  /** The first step on the grid after `step`. */
  gridAfter(step: number): number {
    return this.gridBefore(step) + this.manifest.blockSize;
  }

  /** The first step after `step` at which a segment begins, or undefined. */
  segmentAfter(step: number): number | undefined {
    return this.manifest.segments.find((segment) => segment.start > step)?.start;
  }

  /**
   * The segment of the step that turns the state at `step` into the next. Its classes are those of
   * the states that callers get; replays run in other instances.
   */
  segmentAt(step: number): Promise<LiveSegment> {
    return this.#segment(this.#segmentIndex(step));
  }

  /** The same segment, as recorded. */
  segmentRecorded(step: number): Segment {
    return this.manifest.segments[this.#segmentIndex(step)] as Segment;
  }

  /** The simulation whose steps get this context. */
  simulationOf(context: object): AnySimulation {
    return this.segmentOf(context).simulation;
  }

  /** The segment whose steps get this context, with the instance of the program that runs them. */
  segmentOf(context: object): LiveSegment {
    return this.#live.get(context) as LiveSegment;
  }

  /** The program and the seeds of a segment of this run. */
  parts(segment: Segment): Promise<SegmentParts> {
    return this.env.programs.parts(segment, this.readObject);
  }

  /** The seed of the generator at the first step of a block, 32 bytes. */
  async seedOfBlock(block: number): Promise<Uint8Array> {
    const { seeds } = await this.parts(this.segmentRecorded(block * this.manifest.blockSize));
    const { hash } = this.env.store;
    if (seeds.rule !== "block") {
      throw new RewindError(
        "INVALID_ARGUMENT",
        `expected a run whose generators are seeded by block, got a run with ${seeds.rule} streams`,
        { rule: seeds.rule },
      );
    }
    return deriveSeed({ hash, master: seeds.master, stream: "block", index: block });
  }

  async #startAtCheckpoint(grid: number, bytes: Uint8Array, options: StartOptions): Promise<Start> {
    const segment = await this.segmentAt(grid);
    const { encoded, streams } = decodeCheckpoint(bytes, segment);
    return this.#startAt(grid, encoded, streams, options);
  }

  async #startAt(
    step: number,
    encoded: Uint8Array,
    streams: StreamStates | undefined,
    { watched = true }: StartOptions,
  ): Promise<Start> {
    const segment = await this.#fresh(this.#segmentIndex(step));
    const watch = watched
      ? Watch.from(step, encoded.length, this.manifest, this.env)
      : Watch.idle(step, this.env);
    return { step, encoded, streams, segment, watch };
  }

  #segmentIndex(step: number): number {
    return this.manifest.segments.findLastIndex((segment) => segment.start <= step);
  }

  async #fresh(index: number): Promise<LiveSegment> {
    const shared = await this.#segment(index);
    const segment = shared.program.fresh === undefined ? shared : await shared.fresh();
    this.#live.set(segment.context, segment);
    return segment;
  }

  #segment(index: number): Promise<LiveSegment> {
    let segment = this.#segments.get(index);
    if (segment === undefined) {
      const recorded = this.manifest.segments[index];
      if (recorded === undefined) throw new RewindError("OBJECT_INVALID", `no segment ${index}`);
      segment = openSegment(recorded, this.manifest.blockSize, this.readObject, this.env);
      this.#segments.set(index, segment);
      // The caller may trust the program and try again.
      segment.catch(() => this.#segments.delete(index));
    }
    return segment;
  }
}
