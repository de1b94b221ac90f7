import { describe } from "../../base/checks.ts";
import type { RewindError } from "../../base/errors.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { lengthOf } from "../shuffle.ts";

/**
 * The running sums of `weights`, or `cumWeights` themselves, checked: one for each of `size` items,
 * ascending from 0 or more to a finite total above 0. Throws INVALID_ARGUMENT.
 */
export function cumulativeWeights(
  size: number,
  weights: ArrayLike<number> | undefined,
  cumWeights: ArrayLike<number> | undefined,
): ArrayLike<number> {
  const sums = weights === undefined ? cumWeights : runningSums("weights", weights, isWeight);
  return checkSums(size, sums as ArrayLike<number>, weights ? "weights" : "cumWeights");
}

/** The running sums of the counts of `size` items. Throws INVALID_ARGUMENT. */
export function cumulativeCounts(size: number, counts: ArrayLike<number>): ArrayLike<number> {
  const sums = checkSums(size, runningSums("counts", counts, isCount), "counts");
  const total = sums[size - 1] as number;
  if (total >= 2 ** 53) throw unexpected("expected the counts to have a total below 2^53", total);
  return sums;
}

/**
 * The number of `sums`, which ascend, that are at most `value`; the result is at most `last`.
 * Python's `bisect(sums, value, 0, last)`.
 */
export function positionAfter(sums: ArrayLike<number>, value: number, last: number): number {
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value < (sums[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isWeight(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function runningSums(
  name: string,
  values: ArrayLike<number>,
  isValid: (value: unknown) => boolean,
): Float64Array {
  const sums = new Float64Array(lengthOf(values));
  let sum = 0;
  for (let i = 0; i < sums.length; i++) {
    if (!isValid(values[i])) {
      const kind = isValid === isCount ? "whole" : "finite";
      throw unexpected(`expected ${name}[${i}] to be a ${kind} number, at least 0`, values[i]);
    }
    sum += values[i] as number;
    sums[i] = sum;
  }
  return sums;
}

function checkSums(size: number, sums: ArrayLike<number>, name: string): ArrayLike<number> {
  const length = lengthOf(sums);
  if (length !== size) throw unexpected(`expected ${size} ${name}, one for each item`, length);
  let before = 0;
  for (let i = 0; i < size; i++) {
    const sum: unknown = sums[i];
    if (!(typeof sum === "number" && sum >= before)) {
      throw unexpected(`expected ${name}[${i}] to be a number, at least ${before}`, sum);
    }
    before = sum;
  }
  if (!(before > 0 && Number.isFinite(before))) {
    throw unexpected(`expected the ${name} to have a finite total above 0`, before);
  }
  return sums;
}

function unexpected(expected: string, value: unknown): RewindError {
  return invalidArgument(`${expected}, got ${describe(value)}`, { value });
}
