import { checkInteger, describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { checkOptions } from "../../base/options.ts";
import type { RandomGenerator } from "../generator.ts";
import { below, countIn } from "../integers.ts";
import {
  checkFinite,
  checkFlag,
  checkNotNegative,
  checkPositive,
  checkSize,
  checkWholeNumber,
  withRoom,
} from "../parameters.ts";
import { lengthOf, lengthToShuffle } from "../shuffle.ts";
import { binomial } from "./binomial.ts";
import {
  type ChoiceOptions,
  chosenIndices,
  doubles,
  type ManyChoices,
  type OneChoice,
  shuffle,
  upTo,
} from "./choice.ts";
import { standardExponential } from "./exponential.ts";
import { beta, standardGamma } from "./gamma.ts";
import {
  type ArraysOfBigints,
  type ArraysOfNumbers,
  fillIntegers,
  type IntegerArray,
  type IntegersOptions,
  type IntegerType,
  integerArray,
  integerRange,
  type ManyIntegers,
  type OneInteger,
} from "./integers.ts";
import { standardNormal } from "./normal.ts";
import { Pcg64, type Pcg64State } from "./pcg64.ts";
import { poisson } from "./poisson.ts";
import type { SeedSequence } from "./seed-sequence.ts";
import { packState } from "./state.ts";

/**
 * A generator of the numbers that numpy draws: `numpy.random.Generator(numpy.random.PCG64(seed))`,
 * which is what `numpy.random.default_rng(seed)` makes. A method with a `size` gives a typed array
 * of the same numbers as that many calls without one.
 *
 * "Bit-exact" below means equal to numpy in every bit. Logarithms, exponentials and powers may
 * differ in the last bit between JavaScript engines and C libraries. A method that uses them says
 * how many of 10^6 deviates differed, Node 20 against numpy 2.4 on x86-64.
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
  /** The seed sequence of the generator; undefined if it may not spawn. */
  readonly #sequence: SeedSequence | undefined;

  /** Internal: use `numpy`. `generatorNamed("numpy").fromState` restores one. */
  constructor(bits: Pcg64, sequence: SeedSequence | undefined) {
    this.#bits = bits;
    this.#sequence = sequence;
    // A property that somebody adds, such as a spare deviate, would not be in the state.
    Object.preventExtensions(this);
  }

  /** A double in [0, 1), or `size` of them. One 64-bit output each. Bit-exact. */
  random(): number;
  random(size: number): Float64Array;
  random(size?: number): number | Float64Array {
    if (size === undefined) return this.#bits.random();
    return this.#fill(size, () => this.#bits.random());
  }

  /** A whole number in 0..2^32 - 1: half of a 64-bit output; the other half is kept. Bit-exact. */
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
   * A whole number in low..high - 1, or in 0..low - 1 without `high`; with `size` an array of them.
   * If a bound is a bigint, so are the numbers. An array is the typed array of its `dtype`, but
   * 64-bit numbers come in a Float64Array unless a bound is a bigint. Bit-exact. Throws
   * INVALID_ARGUMENT for an empty range, and for a range that the dtype does not hold.
   */
  integers(low: number, options?: OneInteger): number;
  integers(low: number, high: number | undefined, options?: OneInteger): number;
  integers(low: bigint, options?: OneInteger): bigint;
  integers(low: bigint, high: number | bigint | undefined, options?: OneInteger): bigint;
  integers(low: number, high: bigint, options?: OneInteger): bigint;
  integers<T extends IntegerType = "int64">(
    low: number,
    options: ManyIntegers<T>,
  ): ArraysOfNumbers[T];
  integers<T extends IntegerType = "int64">(
    low: number,
    high: number | undefined,
    options: ManyIntegers<T>,
  ): ArraysOfNumbers[T];
  integers<T extends IntegerType = "int64">(
    low: bigint,
    options: ManyIntegers<T>,
  ): ArraysOfBigints[T];
  integers<T extends IntegerType = "int64">(
    low: bigint,
    high: number | bigint | undefined,
    options: ManyIntegers<T>,
  ): ArraysOfBigints[T];
  integers<T extends IntegerType = "int64">(
    low: number,
    high: bigint,
    options: ManyIntegers<T>,
  ): ArraysOfBigints[T];
  integers(low: number | bigint, high?: number | bigint, options?: OneInteger): number | bigint;
  integers(
    low: number | bigint,
    high?: number | bigint | IntegersOptions,
    options?: IntegersOptions,
  ): number | bigint | IntegerArray;
  integers(
    low: number | bigint,
    high?: number | bigint | IntegersOptions,
    options: IntegersOptions = NO_OPTIONS,
  ): number | bigint | IntegerArray {
    if (typeof high === "object") return this.integers(0, low, high);
    if (high === undefined) return this.integers(0, low, options);
    // Nearly every call is of this kind. Bigints would take thirty times as long.
    if (options === NO_OPTIONS && isShort(low, high)) return this.integer(low, high as number);
    if (options !== NO_OPTIONS) checkOptions(options, INTEGERS_OPTIONS);
    const { size, dtype: type = "int64" } = options;
    const endpoint = checkFlag(options.endpoint, "endpoint");
    const range = integerRange(low, high, { type, endpoint });
    const big = typeof low === "bigint" || typeof high === "bigint" || !range.isExact;
    const spare = { word: 0, left: 0 };
    const draw = (): number | bigint => range.draw(this.#bits, spare);
    if (size === undefined) {
      const drawn = range.first + BigInt(draw());
      return big ? drawn : Number(drawn);
    }
    const array = withRoom(checkSize(size), () => integerArray(type, size, !big));
    return fillIntegers(array, range.first, draw);
  }

  /** The next 64-bit output, or `size` of them. Bit-exact. */
  randomRaw(): bigint;
  randomRaw(size: number): BigUint64Array;
  randomRaw(size?: number): bigint | BigUint64Array {
    if (size === undefined) return this.#bits.uint64();
    const outputs = withRoom(checkSize(size), () => new BigUint64Array(size));
    for (let i = 0; i < size; i++) outputs[i] = this.#bits.uint64();
    return outputs;
  }

  /**
   * A double in [low, high), `low + (high - low) * random()`. Bit-exact. Throws INVALID_ARGUMENT
   * unless `low` is at most `high` and their difference finite.
   */
  uniform(low?: number, high?: number): number;
  uniform(low: number, high: number, size: number): Float64Array;
  uniform(low = 0, high = 1, size?: number): number | Float64Array {
    checkFinite("low", low);
    checkFinite("high", high);
    const range = high - low;
    if (range < 0) throw invalidArgument(`expected low to be at most high, got ${low} and ${high}`);
    checkFinite("high - low", range);
    return this.#draws(size, () => low + range * this.#bits.random());
  }

  /** A normal deviate of mean 0 and standard deviation 1. By exp and log: 0 of 10^6 differ. */
  standardNormal(): number;
  standardNormal(size: number): Float64Array;
  standardNormal(size?: number): number | Float64Array {
    return this.#draws(size, () => standardNormal(this.#bits));
  }

  /**
   * A normal deviate of this mean (0) and standard deviation (1). As `standardNormal`: 0 of 10^6
   * differ.
   */
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
   * A gamma deviate of this shape and of scale 1. For a shape of at least 1 by log: 0 of 10^6
   * differ. For a smaller one by powers: 15,866 of 10^6 differ, in the last bits (shape 0.5).
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
   * A beta deviate, in 0..1. Both shapes are above 0; tiny ones are drawn as in numpy 2. If a shape
   * is above 1, it is made from two gamma deviates: 0 of 10^6 differ, except 12,509 of beta(0.5, 2)
   * and 8,899 of beta(2, 0.5), in the last bits. Otherwise by powers: 778 of 10^6 differ (shapes 0.5).
   */
  beta(a: number, b: number): number;
  beta(a: number, b: number, size: number): Float64Array;
  beta(a: number, b: number, size?: number): number | Float64Array {
    checkPositive("a", a);
    checkPositive("b", b);
    return this.#draws(size, () => beta(this.#bits, a, b));
  }

  /**
   * A Poisson deviate of this mean (1): a whole number. By exp and log: 0 of 10^6 differ, up to a
   * mean of 10^9. For a larger mean, the last bit of a logarithm can decide whether a number is
   * accepted, and then everything after it differs: at 10^10 about once in 10^6, at 10^14 once in
   * 10^3.
   */
  poisson(mean?: number): number;
  poisson(mean: number, size: number): Float64Array;
  poisson(mean = 1, size?: number): number | Float64Array {
    checkNotNegative("the mean", mean);
    if (mean > MOST_POISSON)
      throw invalidArgument(`expected the mean to be at most 9e15, got ${mean}`);
    return this.#draws(size, () => poisson(this.#bits, mean));
  }

  /**
   * The number of successes in `n` trials, each with the probability `p`. By exp and log: 0 of 10^6
   * differ.
   */
  binomial(n: number, p: number): number;
  binomial(n: number, p: number, size: number): Float64Array;
  binomial(n: number, p: number, size?: number): number | Float64Array {
    checkInteger(n, "n", 0);
    if (!(p >= 0 && p <= 1)) throw invalidArgument(`expected p to be in 0..1, got ${describe(p)}`);
    return this.#draws(size, () => binomial(this.#bits, n, p));
  }

  /**
   * Shuffles an array or a typed array in place, and returns it. Bit-exact. Throws INVALID_ARGUMENT
   * for anything that cannot be changed.
   */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    lengthToShuffle(items);
    shuffle(this.#bits, items);
    return items;
  }

  /** A shuffled copy of an array, as an array; or the numbers 0..n - 1 shuffled. Bit-exact. */
  permutation(n: number): Float64Array;
  permutation<T>(items: ArrayLike<T>): T[];
  permutation<T>(items: number | ArrayLike<T>): Float64Array | T[] {
    if (typeof items === "number") return this.shuffle(upTo(checkSize(items, "n")));
    if (Array.isArray(items) || ArrayBuffer.isView(items)) return this.shuffle(Array.from(items));
    throw invalidArgument(`expected a whole number n or an array, got ${describe(items)}`);
  }

  /**
   * One of 0..n - 1 or of the items of an array; with `size` an array of them. Bit-exact. Throws
   * INVALID_ARGUMENT for more items without replacement than the population has, and for wrong
   * probabilities.
   */
  choice(n: number, options?: OneChoice): number;
  choice(n: number, options: ManyChoices): Float64Array;
  choice<T>(items: ArrayLike<T>, options?: OneChoice): T;
  choice<T>(items: ArrayLike<T>, options: ManyChoices): T[];
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
   * Moves forward by `outputs` 64-bit outputs, or back if negative, in O(log n). A spare half of an
   * output is dropped, as in numpy. Bit-exact.
   */
  advance(outputs: number | bigint): this {
    this.#bits.advance(checkWholeNumber(outputs, "outputs"));
    return this;
  }

  /** A copy that is `jumps` times 0.618 * 2^128 outputs further: a stream apart. Bit-exact. */
  jumped(jumps = 1): NumpyGenerator {
    checkInteger(jumps, "jumps", 0);
    return restored(this.#bits.state()).advance(BigInt.asUintN(128, JUMP * BigInt(jumps)));
  }

  /**
   * `count` generators that are independent of this one and each other; each call gives new ones.
   * Bit-exact. Only generators that `numpy` made from a seed, and their children, can spawn,
   * because the number of children is not in `state()`. Throws INVALID_ARGUMENT for a generator of
   * a run, or a restored one.
   */
  spawn(count: number): NumpyGenerator[] {
    checkSize(count, "count");
    if (this.#sequence === undefined) {
      throw invalidArgument(
        "only a generator made by numpy(seed) can spawn, because the state of any other does not count " +
          "its children: use ctx.stream(name) in a step, numpy(seed).spawn(count) elsewhere",
      );
    }
    return this.#sequence.spawn(count).map(generatorOf);
  }

  /** The state of the bit generator: `numpy` makes a generator from it. */
  get bitGenerator(): Pcg64State {
    return this.#bits.state();
  }

  /** The number of outputs drawn since the seeding, and the spare half of the last one. */
  get position(): { readonly position: bigint; readonly has32: 0 | 1; readonly spare32: number } {
    const { has32, spare32 } = this.#bits.spare;
    return { position: this.#bits.position, has32, spare32 };
  }

  /** Everything that the next draws depend on, 37 bytes; not the number of children. */
  state(): Uint8Array {
    return packState(this.#bits.state());
  }

  #draws(size: number | undefined, draw: () => number): number | Float64Array {
    return size === undefined ? draw() : this.#fill(size, draw);
  }

  #fill(size: number, draw: () => number): Float64Array {
    const array = doubles(checkSize(size));
    for (let i = 0; i < size; i++) array[i] = draw();
    return array;
  }
}

function generatorOf(sequence: SeedSequence): NumpyGenerator {
  return new NumpyGenerator(Pcg64.seeded(sequence), sequence);
}

function restored(state: Pcg64State): NumpyGenerator {
  return new NumpyGenerator(Pcg64.restored(state), undefined);
}

/** Whether low..high - 1 are 1 to 2^32 numbers. */
function isShort(low: unknown, high: unknown): low is number {
  if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high))) return false;
  const count = (high as number) - (low as number);
  return count > 0 && count <= 2 ** 32;
}

/** 2^128 over the golden ratio, made odd. */
const JUMP = 0x9e3779b97f4a7c15f39cc0605cedc835n;
/** With a larger mean, numbers one standard deviation from it are not exact. */
const MOST_POISSON = 9e15;

const NO_OPTIONS: IntegersOptions = {};
const INTEGERS_OPTIONS: readonly (keyof IntegersOptions)[] = ["size", "dtype", "endpoint"];
