import { checkInteger, describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { below } from "../integers.ts";
import { integerRange } from "./integers.ts";
import type { Pcg64 } from "./pcg64.ts";

/** How items are chosen. */
export interface ChoiceOptions {
  /** How many; one unless given. */
  readonly size?: number;
  /** Whether an item can be chosen again: true unless given. */
  readonly replace?: boolean;
  /** The probability of each item; equal ones unless given. */
  readonly p?: ArrayLike<number>;
  /** Without replacement, whether the order is random too: true unless given. */
  readonly shuffle?: boolean;
}

/**
 * Which of 0..population - 1 are chosen. Throws INVALID_ARGUMENT for wrong probabilities, and for
 * more without replacement than there are.
 */
export function chosenIndices(
  source: Pcg64,
  population: number,
  options: ChoiceOptions,
): Float64Array {
  const { replace = true, shuffle: shuffled = true } = options;
  const size = checkInteger(options.size ?? 1, "size", 0);
  const p = options.p && checkProbabilities(options.p, population);
  if (population === 0 && size > 0) throw invalid("expected items to choose from, got none");
  if (replace) return p ? weighted(source, p, size) : uniform(source, population, size);
  if (size > population) {
    throw invalid(`expected size to be at most ${population} without replacement, got ${size}`);
  }
  if (p === undefined) return sample(source, population, size, shuffled);
  const possible = p.filter((each) => each > 0).length;
  if (size <= possible) return weightedSample(source, p, size);
  throw invalid(`expected size to be at most ${possible}, as many as have a chance, got ${size}`);
}

/**
 * Shuffles items in place: for i from the last index down to 1 it swaps item i with item j, drawn
 * from 0..i by masking a 32-bit draw and rejecting what is above i.
 */
export function shuffle(source: Pcg64, items: { length: number; [index: number]: unknown }): void {
  for (let i = items.length - 1; i > 0; i--) swap(items, i, atMost(source, i));
}

/**
 * `size` different numbers in 0..population - 1. Many of a large population by shuffling its tail,
 * else by Robert Floyd's method (Jon Bentley, "Programming Pearls: a sample of brilliance",
 * Communications of the ACM 30 (1987), 754), then shuffled unless told.
 */
function sample(source: Pcg64, population: number, size: number, shuffled: boolean): Float64Array {
  if (population > 10_000 && size > Math.floor(population / (shuffled ? 50 : 20))) {
    const all = Float64Array.from({ length: population }, (_, i) => i);
    shuffleTail(source, all, Math.max(population - size, 1));
    return all.slice(population - size);
  }
  const chosen = new Set<number>();
  for (let last = population - size; last < population; last++) {
    // One number to draw from takes no draw.
    const value = last === 0 ? 0 : below(source, last + 1);
    chosen.add(chosen.has(value) ? last : value);
  }
  const result = Float64Array.from(chosen);
  if (shuffled) shuffleTail(source, result, 1);
  return result;
}

/** The same by Lemire's algorithm, which numpy uses here, from the last item down to `first`. */
function shuffleTail(source: Pcg64, items: Float64Array, first: number): void {
  for (let i = items.length - 1; i >= first; i--) swap(items, i, below(source, i + 1));
}

function swap(items: { [index: number]: unknown }, i: number, j: number): void {
  const item = items[i];
  items[i] = items[j];
  items[j] = item;
}

/** A number in 0..most, of as many bits as `most` has. */
function atMost(source: Pcg64, most: number): number {
  const mask = 0xffffffff >>> Math.clz32(most);
  let value: number;
  do value = (source.uint32() & mask) >>> 0;
  while (value > most);
  return value;
}

/** `size` numbers in 0..population - 1, each as likely; of one number without a draw. */
function uniform(source: Pcg64, population: number, size: number): Float64Array {
  const range = integerRange(0, population, { type: "int64", endpoint: false });
  const spare = { word: 0, left: 0 };
  return Float64Array.from({ length: size }, () => Number(range.draw(source, spare)));
}

/** `size` numbers in 0..p.length - 1, each with its probability. */
function weighted(source: Pcg64, p: readonly number[], size: number): Float64Array {
  const limits = cumulative(p);
  return Float64Array.from({ length: size }, () => indexIn(limits, source.random()));
}

/** The same, all of them different. */
function weightedSample(source: Pcg64, p: readonly number[], size: number): Float64Array {
  const left = [...p];
  const found: number[] = [];
  while (found.length < size) {
    const draws = Array.from({ length: size - found.length }, () => source.random());
    for (const index of found) left[index] = 0;
    const limits = cumulative(left);
    found.push(...new Set(draws.map((u) => indexIn(limits, u))));
  }
  return Float64Array.from(found);
}

/** Checks probabilities: as many as there are items, none negative, a sum of 1 but for 1.5e-8. */
function checkProbabilities(p: ArrayLike<number>, population: number): number[] {
  const list = Array.from(p);
  if (list.length !== population) {
    throw invalid(`expected ${population} probabilities, got ${list.length}`);
  }
  const wrong = list.findIndex((each) => !(each >= 0 && each <= Number.MAX_VALUE));
  if (wrong !== -1) {
    throw invalid(`expected p[${wrong}] to be a probability, got ${describe(list[wrong])}`);
  }
  const sum = list.reduce((total, each) => total + each, 0);
  if (Math.abs(sum - 1) > Math.sqrt(Number.EPSILON)) {
    throw invalid(`expected the probabilities to sum to 1, got ${sum}`);
  }
  return list;
}

function cumulative(p: readonly number[]): number[] {
  let sum = 0;
  const sums = p.map((each) => {
    sum += each;
    return sum;
  });
  return sums.map((each) => each / sum);
}

/** How many of the limits are at most `u`: by halves. */
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

function invalid(message: string): RewindError {
  return new RewindError("INVALID_ARGUMENT", message);
}
