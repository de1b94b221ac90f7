import { isRewindError } from "../base/errors.ts";
import { digestOf } from "../codec/encode.ts";
import type { Witness } from "../object/timeline.ts";
import type { Environment } from "./environment.ts";
import type { LiveSegment } from "./segment.ts";

/**
 * Follows a replay through one stretch: the steps from a checkpoint or the beginning of a segment
 * to the end of the block or the next segment. It digests the state after the first step, and a few
 * more if states are small, into the witness of the stretch.
 *
 * A state is digested just before the next step is applied to it, so that extending a run gives the
 * witness of a single recording.
 */
export class Watch {
  /** The step at which the stretch begins. */
  readonly start: number;
  /** The next step whose state is digested; infinite after the last one. */
  next: number;
  readonly #env: Environment;
  readonly #steps: readonly number[];
  #taken: number;
  #witness: Witness;

  private constructor(
    env: Environment,
    start: number,
    steps: readonly number[],
    taken: number,
    witness: Witness,
  ) {
    this.#env = env;
    this.start = start;
    this.#steps = steps;
    this.#taken = taken;
    this.#witness = witness;
    this.next = steps[taken] ?? Number.POSITIVE_INFINITY;
  }

  /** Begins a stretch whose first state takes `lengthBytes` when encoded. */
  static from(
    start: number,
    lengthBytes: number,
    { blockSize }: Pick<LiveSegment, "blockSize">,
    env: Environment,
  ): Watch {
    return new Watch(env, start, digestedSteps(start, lengthBytes, blockSize), 0, 0);
  }

  /** Digests nothing: for replays of a stretch that was checked already. */
  static idle(start: number, env: Environment): Watch {
    return new Watch(env, start, [], 0, 0);
  }

  /** The witness of the steps so far. */
  get witness(): Witness {
    return this.#witness;
  }

  /** Digests the state at `next`, which the replay has reached. */
  take(state: unknown, segment: LiveSegment): void {
    this.#witness = this.#digestOf(state, segment);
    this.#taken++;
    this.next = this.#steps[this.#taken] ?? Number.POSITIVE_INFINITY;
  }

  /** This watch as it is after the states before `step` were digested into `witness`. */
  at(step: number, witness: Witness): Watch {
    const taken = this.#steps.filter((each) => each < step).length;
    return new Watch(this.#env, this.start, this.#steps, taken, witness);
  }

  /** A copy that continues from here independently. */
  copy(): Watch {
    return new Watch(this.#env, this.start, this.#steps, this.#taken, this.#witness);
  }

  #digestOf(state: unknown, { simulation }: LiveSegment): Witness {
    const digest = (encoded: Uint8Array): Witness => this.#env.crc32(encoded, this.#witness);
    try {
      return digestOf(state, digest, simulation);
    } catch (error) {
      // Inside a block, a state may hold values that a checkpoint cannot, such as a getter that
      // throws; a replay then holds them too.
      if (isRewindError(error) && error.code !== "UNSUPPORTED_STATE") throw error;
      return digest(UNSUPPORTED);
    }
  }
}

/** Stands for a state without an encoding: no encoding begins with this byte. */
const UNSUPPORTED = Uint8Array.of(0xff);

/** How many states after the first are digested if the first state is at most this long. */
const MORE_STATES = [
  { lengthBytes: 64, count: 3 },
  { lengthBytes: 1024, count: 1 },
];

/**
 * The steps whose states are digested, in rising order. They depend only on these three numbers.
 */
function digestedSteps(start: number, lengthBytes: number, blockSize: number): number[] {
  const end = start - (start % blockSize) + blockSize;
  if (start + 1 >= end) return [];
  const steps = [start + 1];
  const more = MORE_STATES.find((row) => lengthBytes <= row.lengthBytes)?.count ?? 0;
  const rest = end - start - 2;
  for (let i = 0; i < more && i < rest; i++) {
    const step = start + 2 + (scatter(start / blockSize, i) % rest);
    if (!steps.includes(step)) steps.push(step);
  }
  return steps.sort((a, b) => a - b);
}

/** A whole number that no model depends on: the finalizer of MurmurHash3 (Appleby, 2011). */
export function scatter(block: number, index: number): number {
  let hash = Math.imul(Math.floor(block) + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
