import { isRewindError } from "../base/errors.ts";
import type { Difference } from "../codec/differences.ts";
import { advance, type Position } from "./advance.ts";
import { differ } from "./differ.ts";
import { compareStates, type Environment } from "./environment.ts";
import type { LiveSegment } from "./segment.ts";
import { ownCopy, restore, type Start, startIfStorable } from "./start.ts";
import type { StreamSource } from "./streams.ts";
import { Watch } from "./watch.ts";

/** The first step at which two replays from one start give different states. */
export interface Parting {
  readonly step: number;
  /** How they differ: `a` in the instance that ran other steps before, `b` in the fresh one. */
  readonly changes: readonly Difference[];
}

/**
 * Replays stretches twice, side by side from the same start: in a fresh instance of the program,
 * and in a used one that has run every stretch before. If the stretches come in the order of the
 * recording, the used instance keeps what the recording's instance kept, so its states are those of
 * the run. If the two agree at every step, a fresh replay gives those states too. This finds an
 * effect that comes and goes between two digests of the witness. If the program has only one
 * instance, the two take turns.
 */
export class Twins {
  readonly #env: Environment;
  readonly #isWarm: boolean;
  /** The used instances, by the source of their segment's generators. */
  readonly #used = new Map<StreamSource, LiveSegment>();

  /** With `warm`, the used instance runs some steps before the first stretch. */
  constructor(env: Environment, { warm }: { readonly warm: boolean }) {
    this.#env = env;
    this.#isWarm = warm;
  }

  /**
   * Two replays of the stretch from `start` to step `to`; the fresh one runs in `start.segment`.
   */
  async begin(start: Start, to: number): Promise<TwinReplay> {
    const { source } = start.segment;
    let used = this.#used.get(source);
    if (used === undefined) {
      used = await start.segment.fresh();
      this.#used.set(source, used);
      if (this.#isWarm) this.#warmUp({ ...start, segment: used }, to);
    }
    const other = restore({ ...start, segment: used, watch: Watch.idle(start.step, this.#env) });
    return new TwinReplay(this.#env, restore(start), other);
  }

  /** Runs some steps, without which the two would be alike in the first stretch. */
  #warmUp(start: Start, to: number): void {
    const watch = Watch.idle(start.step, this.#env);
    for (let left = WARM_UP_STEPS; left > 0; left -= to - start.step) {
      const warm = restore({ ...start, watch });
      this.#env.guard(() => advance(warm, Math.min(to, start.step + left)));
    }
  }
}

/** A prime, so that an effect with another period comes at different steps in the first stretch. */
const WARM_UP_STEPS = 13;

/** A replay in a fresh instance, and another in a used one. */
export class TwinReplay {
  readonly position: Position;
  /** Where the two parted, if they have. */
  parting: Parting | undefined;
  readonly #env: Environment;
  readonly #other: Position;

  constructor(env: Environment, position: Position, other: Position) {
    this.#env = env;
    this.position = position;
    this.#other = other;
  }

  /**
   * Advances both to step `to`, in the same segment and block, and compares them at each step. Once
   * they have parted, only the fresh one continues. Throws STEP_FAILED.
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
    // A state without an encoding never reaches a caller.
    if (storable === 0) return undefined;
    if (storable === 1) return { step, changes: [] };
    const { simulation } = position.segment;
    // Its instances belong to other classes until they are copied.
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

  /** Inside a block, a state may hold values that a checkpoint cannot. */
  #isStorable(position: Position): boolean {
    return startIfStorable(position, this.#env) !== undefined;
  }
}

/**
 * The numbers of the stretches that are also replayed out of order, from `from` up to but not
 * including `to`: 0, 1, 4, 9 and so on, the last first. Whatever all instances share then seldom
 * has the value that it had in the recording.
 */
export function outOfOrder(from: number, to: number): number[] {
  const numbers: number[] = [];
  for (let root = Math.ceil(Math.sqrt(from)); root * root < to; root++) numbers.push(root * root);
  return numbers.reverse();
}
