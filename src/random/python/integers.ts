import { describe } from "../../base/checks.ts";
import type { RewindError } from "../../base/errors.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { PythonBits } from "./bits.ts";

/**
 * The whole numbers of `random.Random`: `randrange` and `randint` of Lib/random.py, CPython 3.11.
 */
export class PythonIntegers extends PythonBits {
  /**
   * One of the numbers of Python's `range(stop)` or `range(start, stop, step)`, each equally
   * likely; `stop` is excluded. Numbers give a number, bigints give a bigint. For n numbers in the
   * range it draws as many bits as n has, and draws again until they are less than n: one word for
   * every 32 bits, and at most two draws on average. Bit-exact.
   *
   * @throws INVALID_ARGUMENT for an empty range, for a number that is not whole, for numbers beyond
   * 2^53 or more than 2^53 apart (give bigints), for numbers mixed with bigints, and for a step of
   * 0.
   *
   * @example
   * ```ts
   * const rng = python(42);
   * rng.randrange(10); // 1
   * rng.randrange(10, 0, -3); // 10
   * rng.randrange(10n ** 20n); // 23520139590742982907n
   * ```
   */
  randrange(stop: number): number;
  randrange(start: number, stop: number, step?: number): number;
  randrange(stop: bigint): bigint;
  randrange(start: bigint, stop: bigint, step?: bigint): bigint;
  randrange(start: number | bigint, stop?: number | bigint, step?: number | bigint) {
    if (stop === undefined) {
      if (step !== undefined)
        throw invalidArgument("expected a stop when a step is given, got none");
      return typeof start === "bigint" ? this.#bigRange(0n, start, 1n) : this.#range(0, start, 1);
    }
    return typeof start === "bigint"
      ? this.#bigRange(start, stop, step ?? 1n)
      : this.#range(start, stop, step ?? 1);
  }

  /**
   * A whole number in low..high, both included: `randrange(low, high + 1)`, with its draws and its
   * errors. Bit-exact.
   *
   * @example
   * ```ts
   * python(42).randint(1, 6); // 6
   * ```
   */
  randint(low: number, high: number): number;
  randint(low: bigint, high: bigint): bigint;
  randint(low: number | bigint, high: number | bigint): number | bigint {
    if (typeof low === "bigint" && typeof high === "bigint") {
      if (low > high) throw descending(low, high);
      return this.#bigRange(low, high + 1n, 1n);
    }
    if (!Number.isSafeInteger(low)) throw notWhole("low", low);
    if (!Number.isSafeInteger(high)) throw notWhole("high", high);
    if (low > high) throw descending(low, high);
    return this.#range(low, (high as number) + 1, 1);
  }

  /** A whole number in low..high - 1: `randrange(low, high)`, with its draws and its errors. */
  integer(low: number, high: number): number {
    return this.#range(low, high, 1);
  }

  #range(start: unknown, stop: unknown, step: unknown): number {
    return (start as number) + (step as number) * this.below(lengthOfRange(start, stop, step));
  }

  #bigRange(start: bigint, stop: unknown, step: unknown): bigint {
    const count = lengthOfBigRange(start, stop, step);
    return start + (step as bigint) * this.bigBelow(count);
  }
}

const TWO_53 = 2 ** 53;

/** The number of numbers from `start` to `stop`, at least one. */
function lengthOfRange(start: unknown, stop: unknown, step: unknown): number {
  if (!Number.isSafeInteger(start)) throw notWhole("start", start);
  if (!(Number.isInteger(stop) && Math.abs(stop as number) <= TWO_53)) throw notWhole("stop", stop);
  if (!Number.isSafeInteger(step)) throw notWhole("step", step);
  const width = (stop as number) - (start as number);
  // A difference of 2^53 + 1 is rounded to 2^53, and then `start + width` is not `stop`.
  if (Math.abs(width) > TWO_53 || (start as number) + width !== stop) {
    throw invalidArgument(
      `expected start and stop at most 2^53 apart, got ${describe(start)} and ${describe(stop)}: ` +
        "give bigints for wider ranges",
    );
  }
  if (step === 1 && width > 0) return width;
  if (step === 0) throw invalidArgument("expected a step other than 0, got 0");
  // The remainder is exact, so the division is exact too.
  const rest = width % (step as number);
  const count = (width - rest) / (step as number) + (rest === 0 ? 0 : 1);
  if (width === 0 || width > 0 !== (step as number) > 0) throw emptyRange(start, stop, step);
  return count;
}

function lengthOfBigRange(start: bigint, stop: unknown, step: unknown): bigint {
  if (typeof stop !== "bigint") throw notBig("stop", stop);
  if (typeof step !== "bigint") throw notBig("step", step);
  if (step === 0n) throw invalidArgument("expected a step other than 0, got 0n");
  const width = stop - start;
  if (width === 0n || width > 0n !== step > 0n) throw emptyRange(start, stop, step);
  return (width - (step > 0n ? 1n : -1n)) / step + 1n;
}

function notWhole(name: string, value: unknown): RewindError {
  const wide = typeof value === "number" && Number.isInteger(value);
  const advice = wide || typeof value === "bigint" ? ": give all of them as bigints" : "";
  return invalidArgument(
    `expected ${name} to be a whole number within 2^53 of zero, got ${describe(value)}${advice}`,
    { name, value },
  );
}

function notBig(name: string, value: unknown): RewindError {
  return invalidArgument(`expected ${name} to be a bigint as start is, got ${describe(value)}`, {
    name,
    value,
  });
}

function descending(low: unknown, high: unknown): RewindError {
  return invalidArgument(
    `expected low to be at most high, got ${describe(low)} and ${describe(high)}`,
    { low, high },
  );
}

function emptyRange(start: unknown, stop: unknown, step: unknown): RewindError {
  return invalidArgument(
    `expected a range with a number in it, got an empty one: from ${describe(start)} to before ` +
      `${describe(stop)} in steps of ${describe(step)}`,
    { start, stop, step },
  );
}
