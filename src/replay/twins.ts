import { isRewindError } from "../base/errors.ts";
import type { Difference } from "../codec/differences.ts";
import { advance, type Position } from "./advance.ts";
import { differ } from "./compare/differ.ts";
import { compareStates, type Environment } from "./environment.ts";
import { ownCopy, restore, type Start, startIfStorable } from "./replayer.ts";
import type { LiveSegment } from "./segment.ts";
import type { StreamSource } from "./streams.ts";
import { Watch } from "./watch.ts";

/** The first step at which two replays from one start give different states. */
export interface Parting {
  readonly step: number;
  /** Where they differ: `a` in the instance that ran other steps before, `b` in the fresh one. */
  readonly changes: readonly Difference[];
}

/**
 * Replays stretches twice, side by side from the same start: in a fresh instance of the program, and
 * in one that has run every stretch before this one, as the recording's had. A program that depends
 * only on its state gives the same state in both at every step; an effect that comes and goes between
 * two digests of the witness shows here. Where there is only one instance the two take turns in it.
 */
export class Twins {
  readonly #env: Environment;
  /** The instances that have run before, by where their segment's generators come from. */
  readonly #used = new Map<StreamSource, LiveSegment>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Two replays of the stretch that begins at `start`; the fresh one runs in its segment. */
  async begin(start: Start): Promise<TwinReplay> {
    const { source } = start.segment;
    let used = this.#used.get(source);
    if (used === undefined) {
      used = await start.segment.fresh();
      this.#used.set(source, used);
      this.#warmUp({ ...start, segment: used });
    }
    const other = restore({ ...start, segment: used, watch: Watch.idle(start.step, this.#env) });
    return new TwinReplay(this.#env, restore(start), other);
  }

  /** Else the two would be alike in the first stretch. */
  #warmUp(start: Start): void {
    const { step, segment } = start;
    const end = step - (step % segment.blockSize) + segment.blockSize;
    const warm = restore({ ...start, watch: Watch.idle(step, this.#env) });
    this.#env.guard(() => advance(warm, Math.min(step + WARM_UP_STEPS, end)));
  }
}

/** A prime: an effect of any other period is then at another place of it in the first stretch. */
const WARM_UP_STEPS = 13;

/** A replay in a fresh instance, and another beside it. */
export class TwinReplay {
  readonly position: Position;
  /** Where the two parted, if they did. */
  parting: Parting | undefined;
  readonly #env: Environment;
  readonly #other: Position;

  constructor(env: Environment, position: Position, other: Position) {
    this.#env = env;
    this.position = position;
    this.#other = other;
  }

  /**
   * Takes both to step `to`, in the same segment and block, and compares them at each step; the fresh
   * one alone once they have parted. Throws STEP_FAILED.
   */
  advance(to: number): void {
    const { position } = this;
    while (this.parting === undefined && position.step < to) {
      advance(position, position.step + 1);
      advance(this.#other, position.step);
      this.parting = this.#part();
    }
    advance(position, to);
  }

  #part(): Parting | undefined {
    if (!this.#seemDifferent()) return undefined;
    const { position } = this;
    const { step } = position;
    const storable = [position, this.#other].filter((one) => this.#isStorable(one)).length;
    // A state that has no encoding is never given out.
    if (storable === 0) return undefined;
    if (storable === 1) return { step, changes: [] };
    const { simulation } = position.segment;
    // Its instances are of other classes until they are copied.
    const { state, segment } = this.#other;
    const other = ownCopy(state, segment.simulation, simulation, this.#env);
    return { step, changes: compareStates(other, position.state, simulation) };
  }

  #seemDifferent(): boolean {
    try {
      return differ(this.position, this.#other, this.#env);
    } catch (error) {
      if (!isRewindError(error, "UNSUPPORTED_STATE")) throw error;
      return true;
    }
  }

  /** Inside a block a state may hold what no checkpoint can. */
  #isStorable(position: Position): boolean {
    return startIfStorable(position, this.#env) !== undefined;
  }
}

/**
 * The order in which `Twins` are given `count` stretches, by their numbers from 0, so that what a
 * program keeps shows wherever it is kept. Short groups of stretches follow one another as they did
 * in the recording, for what an instance of the program keeps from one to the next. The last group
 * comes first, so that what all instances share is never what it was in the recording. A group
 * begins with the last stretch before it: each stretch is once given right after the one before.
 */
export function twinOrder(count: number): number[] {
  const size = Math.max(1, Math.floor(Math.sqrt(count)));
  const groups = Array.from({ length: Math.ceil(count / size) }, (_, group) => {
    const from = Math.max(0, group * size - 1);
    const to = Math.min(count, (group + 1) * size);
    return Array.from({ length: to - from }, (_, i) => from + i);
  });
  return groups.reverse().flat();
}
