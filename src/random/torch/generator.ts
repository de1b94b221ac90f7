import { describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { checkOptions } from "../../base/options.ts";
import { exponential } from "../distributions.ts";
import type { RandomGenerator } from "../generator.ts";
import { countIn } from "../integers.ts";
import { checkFinite, checkNotNegative, checkSize, withRoom } from "../parameters.ts";
import { lengthToChooseFrom } from "../shuffle.ts";
import { TorchBits } from "./bits.ts";
import { writeCompactState } from "./compact.ts";
import { evenBelow } from "./even.ts";
import { bigintDraw, int63, numberDraw } from "./integers.ts";
import { TorchDataLoader } from "./loader.ts";
import type { LoaderOptions } from "./loader-options.ts";
import { BLOCK, fillDoubles, fillFloats, normalPair } from "./normals.ts";
import { checkLength, permutation, permuteItems } from "./permutation.ts";
import { splitLengths } from "./split.ts";
import type { TorchState } from "./state.ts";
import { type TorchEra, torchEra } from "./version.ts";
import { double53, float24 } from "./words.ts";

/** Single precision, PyTorch's default, or double. */
export interface DtypeOption {
  readonly dtype?: "float32" | "float64";
}

/**
 * PyTorch's generator for the CPU: the numbers that `torch.manual_seed(seed)` and a call of the
 * same name give. `torch(seed)` makes one. "Bit-exact" means that 10^6 draws agreed with torch 2.13
 * in every bit.
 *
 * The seed is kept in 64 bits, but **only its low 32 bits seed the draws**, in PyTorch as here:
 * there are 2^32 streams, and seeds that differ by a multiple of 2^32 draw the same numbers.
 */
export class TorchGenerator extends TorchBits implements RandomGenerator {
  /** The version of PyTorch that is followed. */
  readonly version: string;
  readonly #era: TorchEra;

  /** Internal: use `torch` or `torchAlgorithm`. */
  constructor(state: TorchState, version: string) {
    super(state);
    this.#era = torchEra(version);
    this.version = version;
    // A property that somebody adds, such as a spare deviate, would not be in the state.
    Object.preventExtensions(this);
  }

  /** Another generator in the same state. */
  copy(): TorchGenerator {
    return generatorOf(this.snapshot(), this.version);
  }

  /**
   * Everything that the next draws depend on, the version of PyTorch included, in 2,520 bytes, for
   * checkpoints: `torchAlgorithm.fromState` restores it.
   */
  state(): Uint8Array<ArrayBuffer> {
    return writeCompactState(this.snapshot(), this.version);
  }

  /** A double in [0, 1), as `rand` of float64: two draws. Bit-exact. */
  random(): number {
    return double53(this);
  }

  /**
   * Numbers in [0, 1), as `torch.rand`: floats of one draw each, or doubles of two. Bit-exact.
   *
   * @throws INVALID_ARGUMENT unless `size` is a whole number, at least 0; and for another dtype.
   *
   * @example
   * ```ts
   * torch(42).rand(); // 0.8822692632675171
   * torch(42).rand(undefined, { dtype: "float64" }); // 0.05815448596142969
   * ```
   */
  rand(): number;
  rand(size: undefined, options: DtypeOption): number;
  rand(size: number, options: { readonly dtype: "float64" }): Float64Array<ArrayBuffer>;
  rand(size: number, options?: { readonly dtype?: "float32" }): Float32Array<ArrayBuffer>;
  rand(size?: number, options: DtypeOption = NO_OPTIONS): number | Float32Array | Float64Array {
    const double = isDouble(options);
    const draw = double ? double53 : float24;
    if (size === undefined) return draw(this);
    const values = arrayOf(size, double);
    for (let i = 0; i < values.length; i++) values[i] = draw(this);
    return values;
  }

  /**
   * A whole number in low..high - 1, as `torch.randint`, or `size` of them. It is one draw modulo
   * the range, or two draws as 64 bits if the range is at least 2^32 (since version 2.7: 2^28). For
   * ranges between, `torch(seed)` draws as 1.13, and `torch(seed, { version: "2.13" })` as today's
   * PyTorch. As in PyTorch, the numbers are not quite equally likely; those of `integer` are.
   * Bounds that are bigints give bigints. Bit-exact.
   *
   * @throws INVALID_ARGUMENT unless `low` is less than `high`.
   *
   * @example
   * ```ts
   * torch(42).randint(0, 100, 3); // Float64Array.of(42, 67, 76)
   * ```
   */
  randint(high: number): number;
  randint(low: number, high: number): number;
  randint(low: number, high: number, size: number): Float64Array<ArrayBuffer>;
  randint(high: bigint): bigint;
  randint(low: bigint, high: bigint): bigint;
  randint(low: bigint, high: bigint, size: number): BigInt64Array<ArrayBuffer>;
  randint(
    low: number | bigint,
    high?: number | bigint,
    size?: number,
  ): number | bigint | Float64Array | BigInt64Array {
    const [from, to] = high === undefined ? [typeof low === "bigint" ? 0n : 0, low] : [low, high];
    return typeof from === "bigint"
      ? this.#bigints(from, to as bigint, size)
      : this.#numbers(from, to as number, size);
  }

  /** 63 random bits, as `torch.empty(size, dtype=torch.int64).random_()`: two draws. Bit-exact. */
  random_(): bigint;
  random_(size: number): BigInt64Array<ArrayBuffer>;
  random_(size?: number): bigint | BigInt64Array {
    if (size === undefined) return int63(this);
    return int64s(size, () => int63(this));
  }

  /**
   * The whole numbers 0..n - 1 in a random order, as `torch.randperm`: n - 1 draws, or 2 n draws
   * since version 2.7 if n is at least 214,748,364. Bit-exact.
   *
   * @throws INVALID_ARGUMENT unless n is a whole number in 0..2^32 - 1.
   *
   * @example
   * ```ts
   * torch(42).randperm(5); // Uint32Array.of(2, 4, 3, 0, 1)
   * ```
   */
  randperm(n: number): Uint32Array<ArrayBuffer> {
    return permutation(this, checkLength(n), this.#era.insideOutFrom);
  }

  /**
   * Normal deviates with mean 0 and standard deviation 1, as `torch.randn`.
   *
   * Up to 15 come in pairs of 4 draws; the second of a pair is kept for the next call. 16 or more
   * take one draw each, two in float64, and 16 times that again if the size is not a multiple of
   * 16. Floats are bit-exact with a PyTorch on a processor with AVX2; without it, as on ARM,
   * PyTorch's last bits differ. The deviate that a single float leaves for the next call is kept as
   * a double, so its last bits, and with them `getRngState()`, may differ from PyTorch's. Doubles
   * are exact except for the last bits of log, sin and cos: of 10^6, 2.9% singly and 6.1% in an
   * array differ, by less than 6e-16 of their size.
   *
   * @throws INVALID_ARGUMENT as `rand`.
   */
  randn(): number;
  randn(size: undefined, options: DtypeOption): number;
  randn(size: number, options: { readonly dtype: "float64" }): Float64Array<ArrayBuffer>;
  randn(size: number, options?: { readonly dtype?: "float32" }): Float32Array<ArrayBuffer>;
  randn(size?: number, options: DtypeOption = NO_OPTIONS): number | Float32Array | Float64Array {
    const double = isDouble(options);
    if (size === undefined) return double ? this.#nextNormal() : Math.fround(this.#nextNormal());
    const values = arrayOf(size, double);
    if (values.length < BLOCK) {
      for (let i = 0; i < values.length; i++) values[i] = this.#nextNormal();
    } else if (values instanceof Float64Array) {
      fillDoubles(this, values);
    } else {
      fillFloats(this, values);
    }
    return values;
  }

  /**
   * The indices of the parts of `torch.utils.data.random_split`: one `randperm(n)`, cut.
   *
   * @param parts lengths that add up to n, or, since version 1.13, fractions that add up to 1: each
   * length is rounded down, and the rest goes to the parts one by one from the first. So [0.8, 0.2]
   * of 1806 gives 1445 and 361; `int(0.8 * 1806)` is 1444, which as lengths is [1444, 362].
   * @throws INVALID_ARGUMENT for other parts. Nothing is drawn then.
   *
   * @example
   * ```ts
   * torch(42).randomSplit(5, [3, 2]); // [[2, 4, 3], [0, 1]]
   * ```
   */
  randomSplit(n: number, parts: readonly number[]): number[][] {
    const lengths = splitLengths(checkLength(n), parts, this.#era.fractions);
    const order = Array.from(this.randperm(n));
    let from = 0;
    return lengths.map((length) => {
      from += length;
      return order.slice(from - length, from);
    });
  }

  /**
   * The loader `torch.utils.data.DataLoader(dataset, …)`, whose `epoch()` gives the next epoch's
   * order and batches. Without `generator` it draws from this one, as PyTorch draws from its
   * default generator. With one (which may be this one) it draws from that alone, and in another
   * way. Bit-exact.
   *
   * @param options.version the version of PyTorch whose loader it is; that of this generator unless
   * given
   * @throws INVALID_ARGUMENT if PyTorch refuses the options.
   *
   * @example
   * ```ts
   * const loader = torch(1).dataLoader({ length: 1444, batchSize: 64, shuffle: true });
   * for (let i = 1; i < 10; i++) loader.skip();
   * const tenth = loader.epoch().batches; // of positions in the dataset
   * ```
   */
  dataLoader(
    options: LoaderOptions & { readonly generator?: TorchGenerator; readonly version?: string },
  ): TorchDataLoader {
    checkOptions(options, LOADER_OPTIONS);
    const { generator, version = this.version, ...shape } = options;
    if (generator !== undefined && !isTorchGenerator(generator)) {
      throw invalidArgument(
        `expected generator to be a torch generator, got ${describe(generator)}`,
      );
    }
    return new TorchDataLoader(shape, generator ?? this, generator !== undefined, version);
  }

  /**
   * A whole number in low..high - 1, each equally likely. In every version it is what `randint` of
   * torch 2.7 draws, except that a word from the incomplete last cycle is drawn again: if `high -
   * low` is below 2^28, in fewer than one of 2^32 / (high - low) calls.
   */
  integer(low: number, high: number): number {
    return low + evenBelow(this, countIn(low, high));
  }

  /**
   * A normal deviate, as `torch.normal` of one float64: see `randn` for its draws and last bits.
   */
  normal(mean = 0, standardDeviation = 1): number {
    checkFinite("the mean", mean);
    checkNotNegative("the standard deviation", standardDeviation);
    return mean + standardDeviation * this.#nextNormal();
  }

  /** An exponential deviate of two draws, `-log1p(-u) * mean`. */
  exponential(mean = 1): number {
    return exponential(this, mean);
  }

  /**
   * Shuffles `items` in place, every order equally likely, and returns them. The order is that of
   * `items[torch.randperm(n)]`, except that biased words are drawn again, which happens in fewer
   * than n^2 of 2^33 shuffles. For PyTorch's order in every case, use `randperm`.
   *
   * @throws INVALID_ARGUMENT for anything that cannot be changed.
   */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    permuteItems(this, items, this.#era.insideOutFrom);
    return items;
  }

  /** The item at `integer(0, n)`, each equally likely. */
  choice<T>(items: ArrayLike<T>): T {
    return items[evenBelow(this, lengthToChooseFrom(items))] as T;
  }

  #nextNormal(): number {
    const spare = this.spareNormal;
    if (spare !== undefined) {
      this.spareNormal = undefined;
      return spare;
    }
    const [first, second] = normalPair(this);
    this.spareNormal = second;
    return first;
  }

  #numbers(low: number, high: number, size?: number): number | Float64Array {
    const draw = numberDraw(low, high, this.#era.wideRange);
    if (size === undefined) return draw(this);
    const values = withRoom(checkSize(size), () => new Float64Array(size));
    for (let i = 0; i < size; i++) values[i] = draw(this);
    return values;
  }

  #bigints(low: bigint, high: bigint, size?: number): bigint | BigInt64Array {
    const draw = bigintDraw(low, high, this.#era.wideRange);
    if (size === undefined) return draw(this);
    return int64s(size, () => draw(this));
  }
}

// Outside the class: a bundler renames a class that names itself in its body, and messages show the
// name.
function generatorOf(state: TorchState, version: string): TorchGenerator {
  return new TorchGenerator(state, version);
}

function isTorchGenerator(value: unknown): value is TorchGenerator {
  return value instanceof TorchGenerator;
}

function int64s(size: number, draw: () => bigint): BigInt64Array<ArrayBuffer> {
  const values = withRoom(checkSize(size), () => new BigInt64Array(size));
  for (let i = 0; i < size; i++) values[i] = draw();
  return values;
}

const NO_OPTIONS: DtypeOption = {};
const DTYPE_OPTIONS: readonly string[] = ["dtype"];
const LOADER_OPTIONS: readonly string[] = [
  ...["length", "batchSize", "shuffle", "dropLast", "numWorkers", "prefetchFactor"],
  ...["persistentWorkers", "generator", "version"],
];

function isDouble(options: DtypeOption): boolean {
  if (options === NO_OPTIONS) return false;
  checkOptions(options, DTYPE_OPTIONS);
  const { dtype = "float32" }: { readonly dtype?: unknown } = options;
  if (dtype === "float32" || dtype === "float64") return dtype === "float64";
  throw invalidArgument(`expected dtype to be "float32" or "float64", got ${describe(dtype)}`, {
    dtype,
  });
}

function arrayOf(
  size: number,
  isDouble: boolean,
): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  checkSize(size);
  return withRoom(size, () => (isDouble ? new Float64Array(size) : new Float32Array(size)));
}
