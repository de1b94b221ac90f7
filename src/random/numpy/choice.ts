import { describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { checkOptions } from "../../base/options.ts";
import { NumberSet } from "../number-set.ts";
import { checkFlag, checkSize, withRoom } from "../parameters.ts";
import { bounded } from "./integers.ts";
import type { Pcg64 } from "./pcg64.ts";

/** How items are chosen. */
export interface ChoiceOptions {
  /** How many items; one unless given. */
  readonly size?: number | undefined;
  /** Whether an item can be chosen again: true unless given. */
  readonly replace?: boolean;
  /** The probability of each item; equal ones unless given. */
  readonly p?: ArrayLike<number>;
  /** Without replacement, whether the order is random too: true unless given. */
  readonly shuffle?: boolean;
}

/** Options for one item. */
export interface OneChoice extends ChoiceOptions {
  readonly size?: undefined;
}

/** Options for many items. */
export interface ManyChoices extends ChoiceOptions {
  readonly size: number;
}

/**
 * The indices in 0..population - 1 that are chosen. Throws INVALID_ARGUMENT for wrong
 * probabilities, and for more items without replacement than the population has.
 */
export function chosenIndices(
  source: Pcg64,
  population: number,
  options: ChoiceOptions,
): Float64Array {
  checkOptions(options, OPTIONS);
  const replace = checkFlag(options.replace, "replace", true);
  const shuffled = checkFlag(options.shuffle, "shuffle", true);
  const size = options.size === undefined ? 1 : checkSize(options.size);
  const p = options.p === undefined ? undefined : checkProbabilities(options.p, population);
  if (population === 0 && size > 0)
    throw invalidArgument("expected at least one item to choose from, got none");
  if (replace) return p ? weighted(source, p, size) : uniform(source, population, size);
  if (size > population) {
    throw invalidArgument(
      `expected size to be at most ${population} without replacement, got ${size}`,
    );
  }
  if (p === undefined) return sample(source, population, size, shuffled);
  const possible = p.filter((each) => each > 0).length;
  if (size <= possible) return weightedSample(source, p, size);
  throw invalidArgument(
    `expected size to be at most ${possible}, the number of items with a chance, got ${size}`,
  );
}

const OPTIONS: readonly (keyof ChoiceOptions)[] = ["size", "replace", "p", "shuffle"];

/**
 * Shuffles items in place: for i from the last index down to 1 it swaps item i with item j, drawn
 * from 0..i by masking a draw of 32 bits, or of 64 for larger i, and rejecting numbers above i.
 */
export function shuffle(source: Pcg64, items: { length: number; [index: number]: unknown }): void {
  for (let i = items.length - 1; i > 0; i--) swap(items, i, atMost(source, i));
}

/**
 * `size` different numbers in 0..population - 1. For many numbers of a large population it shuffles
 * the tail; otherwise it uses Robert Floyd's method (Jon Bentley, "Programming Pearls: a sample of
 * brilliance", Communications of the ACM 30 (1987), 754), and then shuffles them unless told not
 * to.
 */
function sample(source: Pcg64, population: number, size: number, shuffled: boolean): Float64Array {
  if (population > 10_000 && size > Math.floor(population / (shuffled ? 50 : 20))) {
    const all = upTo(population);
    shuffleTail(source, all, Math.max(population - size, 1));
    return all.slice(population - size);
  }
  const result = doubles(size);
  const chosen = new NumberSet(size);
  for (let i = 0; i < size; i++) {
    const last = population - size + i;
    const value = bounded(source, last + 1);
    const item = chosen.has(value) ? last : value;
    chosen.add(item);
    result[i] = item;
  }
  if (shuffled) shuffleTail(source, result, 1);
  return result;
}

/** The same by Lemire's algorithm, which numpy uses here, from the last item down to `first`. */
function shuffleTail(source: Pcg64, items: Float64Array, first: number): void {
  for (let i = items.length - 1; i >= first; i--) swap(items, i, bounded(source, i + 1));
}

function swap(items: { [index: number]: unknown }, i: number, j: number): void {
  const item = items[i];
  items[i] = items[j];
  items[j] = item;
}

/** A number in 0..most, of as many bits as `most` has. */
function atMost(source: Pcg64, most: number): number {
  if (most >= 2 ** 32) return wideAtMost(source, most);
  const mask = 0xffffffff >>> Math.clz32(most);
  let value: number;
  do value = (source.uint32() & mask) >>> 0;
  while (value > most);
  return value;
}

/** The same of more than 32 bits. */
function wideAtMost(source: Pcg64, most: number): number {
  const shift = BigInt(Math.clz32(most / 2 ** 32));
  for (;;) {
    const value = BigInt.asUintN(64, source.uint64() << shift) >> shift;
    if (value <= most) return Number(value);
  }
}

/** The numbers 0..length - 1. */
export function upTo(length: number): Float64Array {
  const numbers = doubles(length);
  for (let i = 0; i < length; i++) numbers[i] = i;
  return numbers;
}

/** Zeros. Throws INVALID_ARGUMENT if they do not fit into memory. */
export function doubles(length: number): Float64Array {
  return withRoom(length, (size) => new Float64Array(size));
}

/** `size` numbers in 0..population - 1, each equally likely. */
function uniform(source: Pcg64, population: number, size: number): Float64Array {
  const numbers = doubles(size);
  for (let i = 0; i < size; i++) numbers[i] = bounded(source, population);
  return numbers;
}

/** `size` numbers in 0..p.length - 1, each with its probability. */
function weighted(source: Pcg64, p: readonly number[], size: number): Float64Array {
  const limits = cumulative(p);
  const numbers = doubles(size);
  for (let i = 0; i < size; i++) numbers[i] = indexIn(limits, source.random());
  return numbers;
}

/** The same, all of them different. */
function weightedSample(source: Pcg64, p: readonly number[], size: number): Float64Array {
  const left = [...p];
  const found: number[] = [];
  while (found.length < size) {
    const draws = Array.from({ length: size - found.length }, () => source.random());
    for (const index of found) left[index] = 0;
    const limits = cumulative(left);
    for (const index of new Set(draws.map((u) => indexIn(limits, u)))) found.push(index);
  }
  return Float64Array.from(found);
}

/**
 * Checks probabilities: as many as there are items, none negative, a sum within 1.5e-8 of 1, or
 * within 3.5e-4 for single precision (a Float32Array), as in numpy.
 */
function checkProbabilities(p: ArrayLike<number>, population: number): number[] {
  if (!(Array.isArray(p) || ArrayBuffer.isView(p))) {
    throw invalidArgument(`expected p to be an array of probabilities, got ${describe(p)}`);
  }
  const list = Array.from(p as ArrayLike<number>);
  if (list.length !== population) {
    throw invalidArgument(`expected ${population} probabilities, got ${list.length}`);
  }
  const wrong = list.findIndex((each) => !(Number.isFinite(each) && each >= 0));
  if (wrong !== -1) {
    throw invalidArgument(`expected p[${wrong}] to be a probability, got ${describe(list[wrong])}`);
  }
  const sum = compensatedSum(list);
  const epsilon = p instanceof Float32Array ? 2 ** -23 : Number.EPSILON;
  if (Math.abs(sum - 1) > Math.fround(Math.sqrt(epsilon))) {
    throw invalidArgument(`expected the probabilities to sum to 1, got ${sum}`);
  }
  return list;
}

/** Kahan's sum, as numpy makes it. */
function compensatedSum(list: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const each of list) {
    const next = each - lost;
    const total = sum + next;
    lost = total - sum - next;
    sum = total;
  }
  return sum;
}

function cumulative(p: readonly number[]): number[] {
  let sum = 0;
  const sums = p.map((each) => {
    sum += each;
    return sum;
  });
  return sums.map((each) => each / sum);
}

/** How many of the limits are at most `u`, by binary search. */
function indexIn(limits: readonly number[], u: number): number {
  let from = 0;
  let to = limits.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((limits[middle] as number) <= u) from = middle + 1;
    else to = middle;
  }
  return from;
}
