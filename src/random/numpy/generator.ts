import { checkInteger, describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import type { RandomGenerator } from "../generator.ts";
import { below, countIn } from "../integers.ts";
import { checkFinite, checkNotNegative, checkPositive } from "../parameters.ts";
import { lengthOf } from "../shuffle.ts";
import { binomial } from "./binomial.ts";
import { type ChoiceOptions, chosenIndices, shuffle } from "./choice.ts";
import { standardExponential } from "./exponential.ts";
import { beta, standardGamma } from "./gamma.ts";
import {
  fillIntegers,
  type IntegerArray,
  type IntegerType,
  integerArray,
  integerRange,
} from "./integers.ts";
import { standardNormal } from "./normal.ts";
import { Pcg64, type Pcg64State } from "./pcg64.ts";
import { poisson } from "./poisson.ts";
import { type NumpySeed, SeedSequence } from "./seed-sequence.ts";
import { packState, unpackState } from "./state.ts";

export type { ChoiceOptions } from "./choice.ts";

/** How integers are drawn. */
export interface IntegersOptions {
  /** How many; one, as a number, unless given. */
  readonly size?: number;
  /** The type whose way to draw is taken; "int64" unless given. */
  readonly dtype?: IntegerType;
  /** Whether `high` can be drawn itself. */
  readonly endpoint?: boolean;
}

/**
 * A generator of the numbers that numpy draws: `numpy.random.Generator(numpy.random.PCG64(seed))`,
 * which is what `numpy.random.default_rng(seed)` makes. A method with a `size` gives a typed array of
 * what as many calls without one give.
 *
 * "Bit-exact" below means equal to numpy in every bit. Where it hangs on a logarithm, an exponential or a
 * power, which may differ between JavaScript engines and C libraries in the last bit, the number of
 * deviates that did is given: of 10^6 each, Node 20 against numpy 2.4 on x86-64.
 *
 * @example
 * ```ts
 * const rng = numpy(42);
 * rng.random(); // 0.7739560485559633
 * rng.integers(0, 10, { size: 3 }); // Float64Array.of(6, 4, 4)
 * ```
 */
export class NumpyGenerator implements RandomGenerator {
  readonly #bits: Pcg64;
  /** What the generator was seeded by; unknown of a state that was restored. */
  readonly #sequence: SeedSequence | undefined;

  /** Not for use from outside: see `numpy`. `generatorNamed("numpy").fromState` restores one. */
  constructor(bits: Pcg64, sequence: SeedSequence | undefined) {
    this.#bits = bits;
    this.#sequence = sequence;
  }

  /** A double in [0, 1), or `size` of them. One 64-bit output each. Bit-exact. */
  random(): number;
  random(size: number): Float64Array;
  random(size?: number): number | Float64Array {
    if (size === undefined) return this.#bits.random();
    return this.#fill(size, () => this.#bits.random());
  }

  /** A whole number in 0..2^32 - 1: half a 64-bit output, the other half is kept. Bit-exact. */
  uint32(): number {
    return this.#bits.uint32();
  }

  /** A whole number in low..high - 1, as `integers`; `high - low` is at most 2^53. Bit-exact. */
  integer(low: number, high: number): number {
    const count = countIn(low, high);
    // numpy draws nothing for a range of one.
    if (count === 1) return low;
    return count > 2 ** 32 ? Number(this.integers(low, high)) : low + below(this.#bits, count);
  }

  /**
   * A whole number in low..high - 1, or in 0..low - 1 where `high` is left out; `size` of them as an
   * array. Bounds may be bigints, and then so are the numbers drawn; of numbers beyond 2^53 too.
   * Bit-exact. Throws INVALID_ARGUMENT for an empty range.
   */
  integers(low: number, high?: number): number;
  integers(low: number | bigint, high?: number | bigint): number | bigint;
  integers(low: number | bigint, options: IntegersOptions & { size: number }): IntegerArray;
  integers(
    low: number | bigint,
    high: number | bigint,
    options: IntegersOptions & { size: number },
  ): IntegerArray;
  integers(
    low: number | bigint,
    high?: number | bigint | IntegersOptions,
    options?: IntegersOptions,
  ): number | bigint | IntegerArray;
  integers(
    low: number | bigint,
    high?: number | bigint | IntegersOptions,
    options: IntegersOptions = {},
  ): number | bigint | IntegerArray {
    if (typeof high === "object") return this.integers(0, low, high);
    if (high === undefined) return this.integers(0, low, options);
    const { size, dtype: type = "int64", endpoint = false } = options;
    const range = integerRange(low, high, { type, endpoint });
    const big = typeof low === "bigint" || typeof high === "bigint" || !range.isSafe;
    const spare = { word: 0, left: 0 };
    const draw = (): bigint => range.first + BigInt(range.draw(this.#bits, spare));
    if (size === undefined) return big ? draw() : Number(draw());
    return fillIntegers(integerArray(type, checkSize(size), !big), draw);
  }

  /** The next 64-bit output, or `size` of them. Bit-exact. */
  randomRaw(): bigint;
  randomRaw(size: number): BigUint64Array;
  randomRaw(size?: number): bigint | BigUint64Array {
    if (size === undefined) return this.#bits.uint64();
    return BigUint64Array.from({ length: checkSize(size) }, () => this.#bits.uint64());
  }

  /** A double in [low, high), `low + (high - low) * random()`. Bit-exact. */
  uniform(low?: number, high?: number): number;
  uniform(low: number, high: number, size: number): Float64Array;
  uniform(low = 0, high = 1, size?: number): number | Float64Array {
    checkFinite("low", low);
    checkFinite("high", high);
    const range = high - low;
    return this.#draws(size, () => low + range * this.#bits.random());
  }

  /** A normal deviate of mean 0 and standard deviation 1. By exp and log: 0 of 10^6 differ. */
  standardNormal(): number;
  standardNormal(size: number): Float64Array;
  standardNormal(size?: number): number | Float64Array {
    return this.#draws(size, () => standardNormal(this.#bits));
  }

  /** A normal deviate of this mean (0) and standard deviation (1). As `standardNormal`: 0 of 10^6 differ. */
  normal(mean?: number, standardDeviation?: number): number;
  normal(mean: number, standardDeviation: number, size: number): Float64Array;
  normal(mean = 0, standardDeviation = 1, size?: number): number | Float64Array {
    checkFinite("the mean", mean);
    checkNotNegative("the standard deviation", standardDeviation);
    return this.#draws(size, () => mean + standardDeviation * standardNormal(this.#bits));
  }

  /** An exponential deviate of mean 1. By exp and log: 0 of 10^6 differ. */
  standardExponential(): number;
  standardExponential(size: number): Float64Array;
  standardExponential(size?: number): number | Float64Array {
    return this.#draws(size, () => standardExponential(this.#bits));
  }

  /** An exponential deviate of this mean (1), which numpy calls the scale. 0 of 10^6 differ. */
  exponential(mean?: number): number;
  exponential(mean: number, size: number): Float64Array;
  exponential(mean = 1, size?: number): number | Float64Array {
    checkNotNegative("the mean", mean);
    return this.#draws(size, () => mean * standardExponential(this.#bits));
  }

  /**
   * A gamma deviate of this shape and of scale 1. From a shape of 1 on by log: 0 of 10^6 differ. Below
   * by powers: 15,866 of 10^6 differ, in the last bits (shape 0.5).
   */
  standardGamma(shape: number): number;
  standardGamma(shape: number, size: number): Float64Array;
  standardGamma(shape: number, size?: number): number | Float64Array {
    checkNotNegative("the shape", shape);
    return this.#draws(size, () => standardGamma(this.#bits, shape));
  }

  /** A gamma deviate of this shape and scale (1). As `standardGamma`. */
  gamma(shape: number, scale?: number): number;
  gamma(shape: number, scale: number, size: number): Float64Array;
  gamma(shape: number, scale = 1, size?: number): number | Float64Array {
    checkNotNegative("the shape", shape);
    checkNotNegative("the scale", scale);
    return this.#draws(size, () => scale * standardGamma(this.#bits, shape));
  }

  /**
   * A beta deviate, in 0..1; both shapes are above 0. Of two gamma deviates: 0 of 10^6 differ. With both
   * shapes at most 1 by powers: 778 of 10^6 differ, in the last bits (shapes 0.5).
   */
  beta(a: number, b: number): number;
  beta(a: number, b: number, size: number): Float64Array;
  beta(a: number, b: number, size?: number): number | Float64Array {
    checkPositive("a", a);
    checkPositive("b", b);
    return this.#draws(size, () => beta(this.#bits, a, b));
  }

  /** A Poisson deviate of this mean (1): a whole number from 0 on. By exp and log: 0 of 10^6 differ. */
  poisson(mean?: number): number;
  poisson(mean: number, size: number): Float64Array;
  poisson(mean = 1, size?: number): number | Float64Array {
    checkNotNegative("the mean", mean);
    if (mean > MOST_POISSON) throw invalid(`expected the mean to be at most 9e15, got ${mean}`);
    return this.#draws(size, () => poisson(this.#bits, mean));
  }

  /** How many of `n` trials succeed, each with the probability `p`. By exp and log: 0 of 10^6 differ. */
  binomial(n: number, p: number): number;
  binomial(n: number, p: number, size: number): Float64Array;
  binomial(n: number, p: number, size?: number): number | Float64Array {
    checkInteger(n, "n", 0);
    if (!(p >= 0 && p <= 1)) throw invalid(`expected p to be in 0..1, got ${describe(p)}`);
    return this.#draws(size, () => binomial(this.#bits, n, p));
  }

  /** Shuffles an array or a typed array in place, and returns it. Bit-exact. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    lengthOf(items);
    shuffle(this.#bits, items);
    return items;
  }

  /** A shuffled copy of an array, or the numbers 0..n - 1 shuffled. Bit-exact. */
  permutation(n: number): Float64Array;
  permutation<T>(items: readonly T[]): T[];
  permutation<T>(items: number | readonly T[]): Float64Array | T[] {
    if (typeof items !== "number") return this.shuffle([...items]);
    const length = checkInteger(items, "n", 0);
    return this.shuffle(Float64Array.from({ length }, (_, i) => i));
  }

  /**
   * One of 0..n - 1 or of the items of an array; with a `size` that many of them. Bit-exact. Throws
   * INVALID_ARGUMENT for more items than there are without replacement, and for wrong probabilities.
   */
  choice(n: number): number;
  choice(n: number, options: ChoiceOptions & { readonly size: number }): Float64Array;
  choice<T>(items: ArrayLike<T>): T;
  choice<T>(items: ArrayLike<T>, options: ChoiceOptions & { readonly size: number }): T[];
  choice<T>(from: number | ArrayLike<T>, options: ChoiceOptions): number | T | Float64Array | T[];
  choice<T>(
    from: number | ArrayLike<T>,
    options: ChoiceOptions = {},
  ): number | T | Float64Array | T[] {
    const population = typeof from === "number" ? checkInteger(from, "n", 0) : lengthOf(from);
    const chosen = chosenIndices(this.#bits, population, options);
    const itemAt = (index: number): number | T =>
      typeof from === "number" ? index : (from[index] as T);
    if (options.size === undefined) return itemAt(chosen[0] as number);
    return typeof from === "number" ? chosen : (Array.from(chosen, itemAt) as T[]);
  }

  /**
   * Moves on by so many 64-bit outputs, or back where negative, in O(log n), and drops half an output
   * that is left, as numpy does. Bit-exact.
   */
  advance(outputs: number | bigint): this {
    if (typeof outputs !== "bigint" && !Number.isSafeInteger(outputs)) {
      throw invalid(`expected a whole number of outputs, got ${describe(outputs)}`);
    }
    this.#bits.advance(BigInt(outputs));
    return this;
  }

  /** A copy that is `jumps` times 2^127 / golden ratio or so outputs further: a stream apart. Bit-exact. */
  jumped(jumps = 1): NumpyGenerator {
    checkInteger(jumps, "jumps", 0);
    const copy = new NumpyGenerator(Pcg64.restored(this.#bits.state()), undefined);
    return copy.advance(BigInt.asUintN(128, JUMP * BigInt(jumps)));
  }

  /** `count` generators that are independent of this one and each other. Bit-exact. */
  spawn(count: number): NumpyGenerator[] {
    checkInteger(count, "count", 0);
    if (this.#sequence === undefined) {
      throw invalid(
        "expected a generator made of a seed to spawn, got one that was restored or jumped",
      );
    }
    return this.#sequence.spawn(count).map(generatorOf);
  }

  /** The state of the bit generator, in numpy's own terms. */
  get bitGenerator(): Pcg64State {
    return this.#bits.state();
  }

  /** How many outputs were drawn since it was seeded, and what is left of the last one. */
  get position(): { readonly position: bigint; readonly has32: 0 | 1; readonly spare32: number } {
    const { has32, spare32 } = this.#bits.spare;
    return { position: this.#bits.position, has32, spare32 };
  }

  /** All that the next draws depend on, 37 bytes. */
  state(): Uint8Array {
    return packState(this.#bits.state());
  }

  #draws(size: number | undefined, draw: () => number): number | Float64Array {
    return size === undefined ? draw() : this.#fill(size, draw);
  }

  #fill(size: number, draw: () => number): Float64Array {
    const array = new Float64Array(checkSize(size));
    for (let i = 0; i < size; i++) array[i] = draw();
    return array;
  }
}

/**
 * A generator of numpy's numbers: `numpy.random.default_rng(seed)`.
 *
 * @param seed a whole number from 0 on, of any size, or a list of such numbers.
 * @throws INVALID_SEED
 *
 * @example
 * ```ts
 * const rng = numpy(42);
 * const heights = rng.normal(1.75, 0.1, 1000); // 1000 doubles
 * const order = rng.permutation(52);
 * ```
 */
export function numpy(seed: NumpySeed): NumpyGenerator {
  return generatorOf(SeedSequence.of(seed));
}

/** The generator that a seed sequence seeds. */
export function generatorOf(sequence: SeedSequence): NumpyGenerator {
  return new NumpyGenerator(Pcg64.seeded(sequence), sequence);
}

/** The generator whose `state()` gave these bytes. Throws INVALID_ARGUMENT for any others. */
export function generatorFromState(state: Uint8Array): NumpyGenerator {
  return new NumpyGenerator(Pcg64.restored(unpackState(state)), undefined);
}

/** 2^128 over the golden ratio, made odd. */
const JUMP = 0x9e3779b97f4a7c15f39cc0605cedc835n;
/** Beyond it, numbers a standard deviation off the mean are not exact. */
const MOST_POISSON = 9e15;

function checkSize(size: unknown): number {
  return checkInteger(size, "size", 0);
}

function invalid(message: string): RewindError {
  return new RewindError("INVALID_ARGUMENT", message, { generator: "numpy" });
}
