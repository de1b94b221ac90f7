import { checkInteger } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { checkOptions } from "../../base/options.ts";
import { NumberSet } from "../number-set.ts";
import { checkSize, withRoom } from "../parameters.ts";
import { lengthOf, lengthToChooseFrom, lengthToShuffle } from "../shuffle.ts";
import { PythonIntegers } from "./integers.ts";
import { cumulativeCounts, cumulativeWeights, positionAfter } from "./weights.ts";

/** A list to draw from; a number n stands for Python's `range(n)`. */
export type Population<T> = ArrayLike<T> | number;

/** How `choices` draws: `weights` or `cumWeights`, one for each item, and how many items. */
export interface ChoicesOptions {
  /** Relative weights, 0 or more. */
  readonly weights?: ArrayLike<number>;
  /** The running sums of such weights. */
  readonly cumWeights?: ArrayLike<number>;
  /** How many items to draw; 1 unless given. */
  readonly k?: number;
}

/** The draws of `random.Random` from a list; from Lib/random.py of CPython 3.11. */
export class PythonSequences extends PythonIntegers {
  /**
   * One of `items` (an array, a typed array or a text), each equally likely: the item at
   * `randrange(length)`. Bit-exact.
   *
   * @throws INVALID_ARGUMENT if `items` is empty.
   *
   * @example
   * ```ts
   * python(42).choice(["north", "east", "south", "west"]); // "north"
   * ```
   */
  choice<T>(items: ArrayLike<T>): T {
    return items[this.below(lengthToChooseFrom(items))] as T;
  }

  /**
   * `k` items drawn with replacement, each in proportion to its weight: `weights`, or their running
   * sums `cumWeights`, which saves adding them up; without either, all n items are equally likely,
   * to one part in 2^53 / n, because `random()` has 53 bits. A number n stands for Python's
   * `range(n)`. One `random()` per item. Bit-exact, unless the weights are whole numbers that add
   * up to more than 2^53, which Python adds exactly.
   *
   * @throws INVALID_ARGUMENT for weights that are negative, not finite, all 0 or not one for each
   * item, for running sums that descend, for both options, and for no items.
   *
   * @example
   * ```ts
   * const rng = python(42);
   * rng.choices(["rain", "sun"], { weights: [1, 4], k: 4 }); // ["sun", "rain", "sun", "sun"]
   * rng.choices(6, { k: 3 }); // [4, 4, 5]
   * ```
   */
  choices(population: number, options?: ChoicesOptions): number[];
  choices<T>(population: ArrayLike<T>, options?: ChoicesOptions): T[];
  choices<T>(population: Population<T>, options: ChoicesOptions = {}): (T | number)[] {
    checkOptions(options, CHOICES_OPTIONS);
    const { weights, cumWeights, k = 1 } = options;
    const size = sizeOf(population);
    checkSize(k, "k");
    if (weights !== undefined && cumWeights !== undefined) {
      throw invalidArgument("expected weights or cumWeights, got both");
    }
    const chosen: (T | number)[] = [];
    if (weights === undefined && cumWeights === undefined) {
      if (size === 0 && k > 0)
        throw invalidArgument("expected at least one item to choose from, got none");
      while (chosen.length < k) chosen.push(itemAt(population, Math.floor(this.random() * size)));
      return chosen;
    }
    const sums = cumulativeWeights(size, weights, cumWeights);
    const total = sums[size - 1] as number;
    while (chosen.length < k) {
      const at = positionAfter(sums, this.random() * total, size - 1);
      chosen.push(itemAt(population, at));
    }
    return chosen;
  }

  /**
   * `k` different items in the order drawn, every order of every subset equally likely; the
   * population, which may hold one item many times, stays as it is. A number n stands for Python's
   * `range(n)`. `counts` says how often each item occurs, as in `sample(["red", "blue"], 5, {
   * counts: [4, 2] })`. One `randrange` per item from a pool of the remaining ones. If the
   * population is more than about 12 times as large, it draws from all of them, as Python does, and
   * again if the item was drawn before. Bit-exact.
   *
   * @throws INVALID_ARGUMENT for a `k` that is negative, larger than the population or larger than
   * 2^32 - 1; and for counts that are not whole, negative, all 0 or not one for each item.
   *
   * @example
   * ```ts
   * const rng = python(42);
   * rng.sample(["a", "b", "c", "d"], 2); // ["a", "d"]
   * rng.sample(1_000_000, 3); // [777572, 288389, 256787]
   * ```
   */
  sample(
    population: number,
    k: number,
    options?: { readonly counts?: ArrayLike<number> },
  ): number[];
  sample<T>(
    population: ArrayLike<T>,
    k: number,
    options?: { readonly counts?: ArrayLike<number> },
  ): T[];
  sample<T>(
    population: Population<T>,
    k: number,
    options: { readonly counts?: ArrayLike<number> } = {},
  ): (T | number)[] {
    checkOptions(options, SAMPLE_OPTIONS);
    const size = sizeOf(population);
    const sums = options.counts === undefined ? undefined : cumulativeCounts(size, options.counts);
    const total = sums === undefined ? size : (sums[size - 1] as number);
    if (checkSize(k, "k") > total) {
      throw invalidArgument(`expected k to be at most the population's ${total} items, got ${k}`);
    }
    const chosen = total <= setSizeOf(k) ? this.#fromPool(total, k) : this.#withSet(total, k);
    if (sums === undefined) return chosen.map((i) => itemAt(population, i));
    return chosen.map((i) => itemAt(population, positionAfter(sums, i, size - 1)));
  }

  /**
   * Shuffles `items`, an array or a typed array, in place, and returns it (Python returns None);
   * every order is equally likely. For i from the last index down to 1 it swaps item i with item
   * `randrange(i + 1)`. Bit-exact.
   *
   * @throws INVALID_ARGUMENT if `items` has no length, such as a Set, or cannot be changed, such as
   * a frozen array. Nothing is drawn then.
   *
   * @example
   * ```ts
   * python(42).shuffle([1, 2, 3, 4, 5]); // [4, 2, 3, 5, 1]
   * ```
   */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    const list: { [index: number]: unknown } = items;
    for (let i = lengthToShuffle(items) - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const item = list[i];
      list[i] = list[j];
      list[j] = item;
    }
    return items;
  }

  #fromPool(size: number, k: number): number[] {
    const pool = withRoom(size, () =>
      size <= 2 ** 32 ? new Uint32Array(size) : new Float64Array(size),
    );
    for (let i = 1; i < size; i++) pool[i] = i;
    const chosen: number[] = [];
    for (let left = size; left > size - k; left--) {
      const at = this.below(left);
      chosen.push(pool[at] as number);
      pool[at] = pool[left - 1] as number;
    }
    return chosen;
  }

  #withSet(size: number, k: number): number[] {
    const chosen: number[] = [];
    const known = new NumberSet(k);
    while (chosen.length < k) {
      const at = this.below(size);
      if (known.has(at)) continue;
      known.add(at);
      chosen.push(at);
    }
    return chosen;
  }
}

const CHOICES_OPTIONS: readonly (keyof ChoicesOptions)[] = ["weights", "cumWeights", "k"];
const SAMPLE_OPTIONS: readonly string[] = ["counts"];

/**
 * The largest population for which Python uses a pool: one that takes no more memory than a set of
 * `k` numbers.
 */
function setSizeOf(k: number): number {
  if (k <= 5) return 21;
  let table = 4;
  while (table < 3 * k) table *= 4;
  return 21 + table;
}

function sizeOf(population: Population<unknown>): number {
  return typeof population === "number"
    ? checkInteger(population, "population", 0)
    : lengthOf(population);
}

function itemAt<T>(population: Population<T>, index: number): T | number {
  return typeof population === "number" ? index : (population[index] as T);
}
