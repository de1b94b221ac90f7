import { checkOptions } from "../../base/options.ts";
import { Mt19937 } from "../mersenne/mt19937.ts";
import { int63 } from "./integers.ts";
import { type EpochCourse, epochCourse, epochDraws } from "./loader-draws.ts";
import {
  batchCount,
  checkBreak,
  type LoaderOptions,
  type LoaderShape,
  loaderShape,
} from "./loader-options.ts";
import { permutation, permutationDraws } from "./permutation.ts";
import { type TorchEra, torchEra } from "./version.ts";
import type { WordSource } from "./words.ts";

/** The part of `TorchGenerator` that a data loader draws from. */
export interface LoaderGenerator extends WordSource {
  readonly version: string;
  /** Skips `draws` draws. */
  skip(draws: number): void;
}

/** One pass over a loader. */
export interface TorchEpoch {
  /** The samples in the order in which they come, all of them, batches that never came included. */
  readonly order: number[];
  /** The batches that came. */
  readonly batches: number[][];
  /** The seed of worker w is this plus w. */
  readonly baseSeed: bigint;
  /** The 32-bit words that it drew from the loader's generator. */
  readonly draws: number;
}

/**
 * The order of a `torch.utils.data.DataLoader`, epoch by epoch, bit-exact. An epoch takes
 *
 * | loader | draws of its generator |
 * | --- | --- |
 * | no shuffle | 2, the base seed of the workers |
 * | shuffle, no generator | 2, and 2 for the seed of a generator that permutes and is thrown away |
 * | shuffle, before 1.9 | 2, since 1.7 2 that are wasted, n - 1 for the permutation |
 * | shuffle, own generator | 2, n - 1, and since 1.11 n - 1 more when the sampler is exhausted |
 *
 * where persistent workers draw the base seed in the first epoch only. A loop that is left early
 * does not exhaust the sampler, unless workers have asked for the last batches ahead of the loop.
 *
 * @see `TorchGenerator.dataLoader`
 */
export class TorchDataLoader {
  readonly #shape: LoaderShape;
  readonly #era: TorchEra;
  readonly #generator: LoaderGenerator;
  readonly #own: boolean;
  #first = true;
  #baseSeed = 0n;

  /**
   * @param generator the generator to draw from
   * @param own whether the loader was given that generator, rather than using PyTorch's default one
   */
  constructor(options: LoaderOptions, generator: LoaderGenerator, own: boolean, version: string) {
    this.#era = torchEra(version);
    this.#shape = loaderShape(options, this.#era);
    this.#generator = generator;
    this.#own = own;
  }

  /** The batches of an epoch that runs to its end. */
  get length(): number {
    return batchCount(this.#shape);
  }

  /**
   * The next epoch; it draws what a loop over it would draw.
   *
   * @param options.breakAfter the batches after which the loop is left by `break`; the loop that
   * runs to its end has none. 0 batches stand for `iter(loader)` alone.
   * @throws INVALID_ARGUMENT for more batches than there are.
   *
   * @example
   * ```ts
   * const rng = torch(1);
   * const loader = rng.dataLoader({ length: 5, batchSize: 2, shuffle: true });
   * loader.epoch().batches; // [[4, 1], [3, 0], [2]]
   * ```
   */
  epoch(options: { readonly breakAfter?: number } = {}): TorchEpoch {
    checkOptions(options, EPOCH_OPTIONS);
    const course = this.#begin(options.breakAfter);
    if (course.baseSeed) this.#baseSeed = int63(this.#generator);
    const order = course.begins ? this.#order(course) : [];
    return {
      order,
      batches: batchesOf(order, this.#shape.batchSize, options.breakAfter ?? this.length),
      baseSeed: this.#baseSeed,
      draws: epochDraws(this.#shape, this.#era, course),
    };
  }

  /** Skips the next epoch without making its order, and returns the number of its draws. */
  skip(options: { readonly breakAfter?: number } = {}): number {
    checkOptions(options, EPOCH_OPTIONS);
    const course = this.#begin(options.breakAfter);
    const draws = epochDraws(this.#shape, this.#era, course);
    // Persistent workers keep their first seed, and later epochs report it.
    const keeps = course.baseSeed && this.#shape.persistentWorkers;
    if (keeps) this.#baseSeed = int63(this.#generator);
    this.#generator.skip(keeps ? draws - 2 : draws);
    return draws;
  }

  /** The draws of the next epoch. */
  #begin(breakOff: number | undefined): EpochCourse {
    const breakAfter = checkBreak(breakOff, this.#shape);
    const first = this.#first;
    this.#first = false;
    return epochCourse(this.#shape, this.#era, { own: this.#own, first, breakAfter });
  }

  #order(course: EpochCourse): number[] {
    const { length } = this.#shape;
    const { insideOutFrom } = this.#era;
    const seed = course.samplerSeed ? int63(this.#generator) : 0n;
    if (course.permutes === "nothing") return Array.from({ length }, (_, i) => i);
    const source = course.permutes === "throwaway" ? throwaway(seed) : this.#generator;
    const order = Array.from(permutation(source, length, insideOutFrom));
    if (course.discards) this.#generator.skip(permutationDraws(length, insideOutFrom));
    return order;
  }
}

const EPOCH_OPTIONS: readonly string[] = ["breakAfter"];

/** A generator seeded by the low 32 bits of `seed`. */
function throwaway(seed: bigint): WordSource {
  return Mt19937.seeded(Number(BigInt.asUintN(32, seed)));
}

function batchesOf(order: readonly number[], size: number, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => order.slice(i * size, (i + 1) * size));
}
