import { checkStepInRange } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { type RunManifest, type Segment, timelineOf } from "../object/run.ts";
import { type ReadObject, readState, type StateRef } from "../object/state.ts";
import type { Timeline } from "../object/timeline.ts";
import { TimelineReader } from "../object/timeline-reader.ts";
import { deriveSeed } from "../random/seeds.ts";
import { objectReader } from "../store/object-store.ts";
import { advance, type Position } from "./advance.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import { drive } from "./drive.ts";
import { decodeState, type Environment, type LongOptions } from "./environment.ts";
import type { SegmentParts } from "./programs.ts";
import { type LiveSegment, openSegment } from "./segment.ts";
import type { AnySimulation } from "./simulation.ts";
import { ownCopy, restore, type Start, startIfStorable } from "./start.ts";
import type { StreamStates } from "./streams.ts";
import { checkStretch, isChecked, type Stretch, stretchAt } from "./stretch.ts";
import { Watch } from "./watch.ts";

/** How a replay is held to what was recorded. */
export interface CheckOptions {
  /**
   * Whether a replay goes on to the end of its block and is compared with what was recorded, where
   * that was not done here before; true unless given.
   */
  readonly check?: boolean | undefined;
}

/**
 * Replays a recorded run: finds the checkpoint before a step, and advances from it. Each replay runs
 * in an instance of the program of its own, so that nothing reaches it but the checkpoint.
 */
export class Replayer {
  readonly env: Environment;
  readonly run: RunManifest;
  readonly get: ReadObject;
  readonly timeline: Timeline;
  readonly entries: TimelineReader;
  /** Where the stretches begin that were checked. */
  readonly checked: Set<number> = new Set();
  readonly #segments = new Map<number, Promise<LiveSegment>>();
  /** The simulation of each context that a step was given. */
  readonly #simulations = new WeakMap<object, AnySimulation>();

  constructor(run: RunManifest, env: Environment) {
    this.env = env;
    this.run = run;
    this.get = objectReader(env.store);
    this.timeline = timelineOf(run);
    this.entries = new TimelineReader(this.get);
  }

  /**
   * The last place at or before `step` from which a replay can begin: fewer than B steps back. Where
   * it is not `watched`, the replay has no witness to compare.
   */
  async start(step: number, { watched = true }: { watched?: boolean } = {}): Promise<Start> {
    checkStepInRange(step, this.run.steps);
    const index = this.#segmentIndex(step);
    const recorded = this.run.segments[index];
    const segment = await this.#fresh(index);
    const grid = this.gridBefore(step);
    if (recorded?.begin !== undefined && recorded.start >= grid) {
      const { state, generator: main, named } = recorded.begin;
      const encoded = await readState(state, this.get);
      return this.#startAt(recorded.start, encoded, { main, named }, segment, watched);
    }
    const ref = (await this.stored(grid)) as StateRef;
    const { encoded, streams } = decodeCheckpoint(await readState(ref, this.get), segment);
    return this.#startAt(grid, encoded, streams, segment, watched);
  }

  /** A live position at `step`, which belongs to the caller. Throws REPLAY_MISMATCH. */
  async position(step: number, options: CheckOptions & LongOptions = {}): Promise<Position> {
    const start = await this.start(step);
    const live = restore(start);
    const { signal } = options;
    if (signal === undefined) this.env.guard(() => advance(live, step));
    else await this.#advanceInSlices(live, step, signal);
    if (step === start.step || options.check === false) return live;
    const stretch = await this.stretch(start.step);
    if (await isChecked(this, stretch)) return live;
    const here = this.env.guard(() => startIfStorable(live, this.env));
    await checkStretch(this, live, stretch, options);
    if (here === undefined) return this.position(step, { ...options, check: false });
    return restore({ ...here, segment: await here.segment.fresh() });
  }

  /**
   * The state at `step`, which belongs to the caller: its instances are of the classes of
   * `segmentAt(step)`. The last one is stored, and not replayed. Throws REPLAY_MISMATCH.
   */
  async state(step: number, options: CheckOptions & LongOptions = {}): Promise<unknown> {
    const shared = await this.segmentAt(step);
    const { simulation } = shared;
    if (step === this.run.steps) {
      const { encoded } = decodeCheckpoint(await readState(this.run.final, this.get), shared);
      return decodeState(encoded, simulation);
    }
    const { state, segment } = await this.position(step, options);
    return this.env.guard(() => ownCopy(state, segment.simulation, simulation, this.env));
  }

  /** The step of `start(step)`: where the stretch begins that `step` lies in. */
  stretchStart(step: number): number {
    const { start, begin } = this.segmentRecorded(step);
    const grid = this.gridBefore(step);
    return begin !== undefined && start > grid ? start : grid;
  }

  /** The stretch that begins at `start`, a step from which a replay can begin. */
  stretch(start: number): Promise<Stretch> {
    return stretchAt(this, start);
  }

  /** What is stored of the state at `step`: only on the grid and at the end is there anything. */
  async stored(step: number): Promise<StateRef | undefined> {
    if (step === this.run.steps) return this.run.final;
    if (step % this.run.blockSize !== 0) return undefined;
    return (await this.entries.entry(this.timeline, step / this.run.blockSize)).state;
  }

  /** The last step on the grid at or before `step`. */
  gridBefore(step: number): number {
    return step - (step % this.run.blockSize);
  }

  /** The first step on the grid after `step`. */
  gridAfter(step: number): number {
    return this.gridBefore(step) + this.run.blockSize;
  }

  /** The first step after `step` at which a segment begins, or undefined. */
  segmentAfter(step: number): number | undefined {
    return this.run.segments.find((segment) => segment.start > step)?.start;
  }

  /**
   * The segment to which the step from the state at `step` belongs, with the classes of the states
   * that are given out. Replays run in instances of their own.
   */
  segmentAt(step: number): Promise<LiveSegment> {
    return this.#segment(this.#segmentIndex(step));
  }

  /** The same, as it is recorded. */
  segmentRecorded(step: number): Segment {
    return this.run.segments[this.#segmentIndex(step)] as Segment;
  }

  /** The simulation whose steps are given this context. */
  simulationOf(context: object): AnySimulation {
    return this.#simulations.get(context) as AnySimulation;
  }

  /** The program and the seeds of a segment of this run. */
  parts(segment: Segment): Promise<SegmentParts> {
    return this.env.programs.parts(segment, this.get);
  }

  /** The seed of the generator at the first step of a block, 32 bytes. */
  async seedOfBlock(block: number): Promise<Uint8Array> {
    const { seeds } = await this.parts(this.segmentRecorded(block * this.run.blockSize));
    const { hash } = this.env.store;
    if (seeds.rule !== "block") {
      throw new RewindError(
        "INVALID_ARGUMENT",
        `expected a run whose generators are seeded by block, got one with ${seeds.rule} streams`,
        { rule: seeds.rule },
      );
    }
    return deriveSeed({ hash, master: seeds.master, stream: "block", index: block });
  }

  #advanceInSlices(live: Position, to: number, signal: AbortSignal): Promise<void> {
    return drive(this.env, { signal, from: live.step, to }, (until) => {
      this.env.guard(() => advance(live, until));
      return until;
    });
  }

  #startAt(
    step: number,
    encoded: Uint8Array,
    streams: StreamStates | undefined,
    segment: LiveSegment,
    watched: boolean,
  ): Start {
    const watch = watched
      ? Watch.from(step, encoded.length, this.run, this.env)
      : Watch.idle(step, this.env);
    return { step, encoded, streams, segment, watch };
  }

  #segmentIndex(step: number): number {
    return this.run.segments.findLastIndex((segment) => segment.start <= step);
  }

  async #fresh(index: number): Promise<LiveSegment> {
    const shared = await this.#segment(index);
    const segment = shared.program.fresh === undefined ? shared : await shared.fresh();
    this.#simulations.set(segment.context, segment.simulation);
    return segment;
  }

  #segment(index: number): Promise<LiveSegment> {
    let segment = this.#segments.get(index);
    if (segment === undefined) {
      const recorded = this.run.segments[index];
      if (recorded === undefined) throw new RewindError("OBJECT_INVALID", `no segment ${index}`);
      segment = openSegment(recorded, this.run.blockSize, this.get, this.env);
      this.#segments.set(index, segment);
      // Once its program is trusted, the same run can be replayed.
      segment.catch(() => this.#segments.delete(index));
    }
    return segment;
  }
}
