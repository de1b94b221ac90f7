import { utf8 } from "../base/bytes.ts";
import { NumpyGenerator } from "../random/numpy/generator.ts";
import { numpy } from "../random/numpy/numpy.ts";
import { Pcg64 } from "../random/numpy/pcg64.ts";
import { PCG_MULTIPLIER } from "../random/numpy/pcg64-step.ts";
import { PermutingConsumer, upTo } from "./consumer.ts";

/**
 * `numpy.random.default_rng`. A permutation is `rng.permutation(n)`, and the state is
 * `json.dumps(rng.bit_generator.state)`.
 */
export class NumpyConsumer extends PermutingConsumer {
  #rng = numpy(0);
  /** The state of the recurrence after the last seeding, and the draws before that. */
  #start = this.#rng.bitGenerator.state;
  #before = 0;

  get drawn(): number {
    const { state, increment } = this.#rng.bitGenerator;
    return this.#before + stepsBetween(this.#start, state, increment);
  }

  override seed(seed: bigint): void {
    this.#before = this.drawn;
    this.#rng = numpy(seed);
    this.#start = this.#rng.bitGenerator.state;
  }

  /** A double is one output, and so is a word. A spare half of an output stays. */
  override draws(count: number): void {
    const { has32, spare32 } = this.#rng.bitGenerator;
    const { state, increment } = this.#rng.advance(count).bitGenerator;
    const bits = Pcg64.restored({ state, increment, has32, spare32 });
    this.#rng = new NumpyGenerator(bits, undefined);
  }

  override permutation(length: number): ArrayLike<number> {
    return this.#rng.shuffle(upTo(length));
  }

  override passPermutation(length: number): void {
    // numpy's shuffle draws numbers in 0..i: as many bits as i has, until they are at most i.
    for (let i = length - 1; i > 0; i--) {
      const shift = Math.clz32(i);
      while ((this.#rng.uint32() << shift) >>> shift > i);
    }
  }

  override state(): Uint8Array {
    const { state, increment, has32, spare32 } = this.#rng.bitGenerator;
    return utf8(
      `{"bit_generator": "PCG64", "state": {"state": ${state}, "inc": ${increment}}, ` +
        `"has_uint32": ${has32}, "uinteger": ${spare32}}`,
    );
  }
}

/**
 * How many steps of the recurrence lead from one state to another, bit by bit: the lowest k bits
 * repeat after 2^k steps, so that each of the number's bits is decided by one bit of the states.
 */
function stepsBetween(from: bigint, to: bigint, increment: bigint): number {
  let [multiplier, plus] = [PCG_MULTIPLIER, increment];
  let state = from;
  let steps = 0n;
  for (let bit = 1n; state !== to; bit = BigInt.asUintN(128, bit << 1n)) {
    if ((state & bit) !== (to & bit)) {
      state = BigInt.asUintN(128, state * multiplier + plus);
      steps |= bit;
    }
    plus = BigInt.asUintN(128, (multiplier + 1n) * plus);
    multiplier = BigInt.asUintN(128, multiplier * multiplier);
  }
  return Number(steps);
}
