import { checkStepInRange } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { type RunManifest, type Segment, timelineOf } from "../object/run.ts";
import { type Get, readState, type StateRef, sameState, stateRef } from "../object/state.ts";
import type { Timeline } from "../object/timeline.ts";
import { TimelineReader } from "../object/timeline-reader.ts";
import { deriveSeed } from "../random/seeds.ts";
import { reader } from "../store/object-store.ts";
import { advance, type Position } from "./advance.ts";
import { checkpointOf, decodeCheckpoint } from "./checkpoint.ts";
import { decodeState, type Environment } from "./environment.ts";
import type { SegmentParts } from "./programs.ts";
import { type LiveSegment, openSegment } from "./segment.ts";
import type { StreamStates } from "./streams.ts";

/** A place from which a replay can begin: an encoded state and how its generators stand. */
export interface Start {
  readonly step: number;
  readonly encoded: Uint8Array;
  /** How its generators stand; undefined where they begin afresh. */
  readonly streams: StreamStates | undefined;
  readonly segment: LiveSegment;
}

/** Replays a recorded run: finds the checkpoint before a step, and advances from it. */
export class Replayer {
  readonly env: Environment;
  readonly run: RunManifest;
  readonly get: Get;
  readonly timeline: Timeline;
  readonly entries: TimelineReader;
  readonly #segments = new Map<number, Promise<LiveSegment>>();

  constructor(run: RunManifest, env: Environment) {
    this.env = env;
    this.run = run;
    this.get = reader(env.store);
    this.timeline = timelineOf(run);
    this.entries = new TimelineReader(this.get);
  }

  /** The last place at or before `step` from which a replay can begin: fewer than B steps back. */
  async start(step: number): Promise<Start> {
    checkStepInRange(step, this.run.steps);
    const index = this.#segmentIndex(step);
    const recorded = this.run.segments[index];
    const segment = await this.#segment(index);
    const grid = this.gridBefore(step);
    if (recorded?.begin !== undefined && recorded.start >= grid) {
      const { state, generator: main, named } = recorded.begin;
      return {
        step: recorded.start,
        encoded: await readState(state, this.get),
        streams: { main, named },
        segment,
      };
    }
    const ref = (await this.stored(grid)) as StateRef;
    const checkpoint = decodeCheckpoint(await readState(ref, this.get), segment);
    return { step: grid, ...checkpoint, segment };
  }

  /** A live position at `step`, which belongs to the caller. */
  async position(step: number): Promise<Position> {
    const position = restore(await this.start(step));
    this.env.guard(() => advance(position, step));
    return position;
  }

  /** The state at `step`, which belongs to the caller. The last one is stored, and not replayed. */
  async state(step: number): Promise<unknown> {
    if (step !== this.run.steps) return (await this.position(step)).state;
    const segment = await this.segmentAt(step);
    const { encoded } = decodeCheckpoint(await readState(this.run.final, this.get), segment);
    return decodeState(encoded, segment.simulation);
  }

  /** What is stored of the state at `step`: only on the grid and at the end is there anything. */
  async stored(step: number): Promise<StateRef | undefined> {
    if (step === this.run.steps) return this.run.final;
    if (step % this.run.blockSize !== 0) return undefined;
    return this.entries.entry(this.timeline, step / this.run.blockSize);
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

  /** The segment to which the step from the state at `step` belongs. */
  segmentAt(step: number): Promise<LiveSegment> {
    return this.#segment(this.#segmentIndex(step));
  }

  /** The same, as it is recorded. */
  segmentRecorded(step: number): Segment {
    return this.run.segments[this.#segmentIndex(step)] as Segment;
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

  /** Checks that a replayed state is the one that is stored. Throws REPLAY_MISMATCH. */
  check(position: Position, expected: StateRef): void {
    const encoded = checkpointOf(position, this.env);
    if (sameState(stateRef(encoded, this.env.store.hash), expected)) return;
    throw new RewindError(
      "REPLAY_MISMATCH",
      `the replay does not give the recorded state at step ${position.step}`,
      { step: position.step, block: Math.ceil(position.step / this.run.blockSize) - 1 },
    );
  }

  #segmentIndex(step: number): number {
    return this.run.segments.findLastIndex((segment) => segment.start <= step);
  }

  #segment(index: number): Promise<LiveSegment> {
    let segment = this.#segments.get(index);
    if (segment === undefined) {
      const recorded = this.run.segments[index];
      if (recorded === undefined) throw new RewindError("OBJECT_INVALID", `no segment ${index}`);
      segment = openSegment(recorded, this.run.blockSize, this.get, this.env);
      this.#segments.set(index, segment);
    }
    return segment;
  }
}

/** A live position at the start: state and generators are the caller's own. */
export function restore(start: Start): Position {
  const { step, segment, streams } = start;
  return {
    step,
    state: decodeState(start.encoded, segment.simulation),
    streams: segment.streamsAt(step, streams),
    segment,
  };
}
