import { describe } from "../base/checks.ts";
import type { RewindError } from "../base/errors.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import type { RandomGenerator } from "./generator.ts";

/** Where whole numbers come from: 32 random bits at a time. */
export type Uint32Source = Pick<RandomGenerator, "uint32">;

/**
 * A whole number in low..high - 1, each exactly equally likely. `below` says how many draws it
 * takes.
 *
 * @throws INVALID_ARGUMENT unless `low` and `high` are whole numbers within 2^53 of zero, `low` is
 * less than `high`, and `high - low` is at most 2^53.
 *
 * @example
 * ```ts
 * const die = integer(xoshiro(1), 1, 7); // 1..6
 * ```
 */
export function integer(source: Uint32Source, low: number, high: number): number {
  return low + below(source, countIn(low, high));
}

/** The number of whole numbers in low..high - 1, checked as `integer` says. */
export function countIn(low: number, high: number): number {
  if (!Number.isSafeInteger(low) || !Number.isInteger(high) || high > TWO_53) {
    throw invalidRange(low, high);
  }
  const count = high - low;
  // A difference of 2^53 + 1 is rounded to 2^53, and then `low + count` is not `high`.
  if (count < 1 || count > TWO_53 || low + count !== high) throw invalidRange(low, high);
  return count;
}

/**
 * A whole number in 0..count - 1, each exactly equally likely; `count` is a whole number in 1..2^53
 * that the caller has checked.
 *
 * Up to 2^32 it is Algorithm 5 of Daniel Lemire, "Fast random integer generation in an interval",
 * ACM Transactions on Modeling and Computer Simulation 29 (2019), 3: one 32-bit draw, and another
 * with a probability less than count / 2^32. Beyond 2^32 it is a 53-bit number, reduced modulo
 * `count`, and the incomplete last cycle is rejected: two draws, and less than four on average.
 */
export function below(source: Uint32Source, count: number): number {
  if (count === TWO_32) return source.uint32();
  if (count > TWO_32) return wideBelow(source, count);
  let bits = source.uint32();
  let low = Math.imul(bits, count) >>> 0;
  if (low < count) {
    // 2^32 modulo count, in 32-bit integers, which is a third faster than in doubles.
    const surplus = ((TWO_32 - count) >>> 0) % (count >>> 0);
    while (low < surplus) {
      bits = source.uint32();
      low = Math.imul(bits, count) >>> 0;
    }
  }
  // The 64-bit product bits * count, less its low half, is a multiple of 2^32. In doubles it is off
  // by 2^11 at most, so adding one half and truncating gives the high half exactly.
  return ((bits * count - low) * 2 ** -32 + 0.5) >>> 0;
}

function wideBelow(source: Uint32Source, count: number): number {
  const end = TWO_53 - (TWO_53 % count);
  for (;;) {
    const high = source.uint32() >>> 5;
    const bits = high * 0x4000000 + (source.uint32() >>> 6);
    if (bits < end) return bits % count;
  }
}

const TWO_32 = 2 ** 32;
const TWO_53 = 2 ** 53;

function invalidRange(low: unknown, high: unknown): RewindError {
  const got = `got ${describe(low)} and ${describe(high)}`;
  const data = { low, high };
  const whole = [low, high].every((bound) => Number.isInteger(bound));
  if (!whole) {
    return invalidArgument(`expected low and high to be whole numbers, ${got}`, data);
  }
  if ((low as number) >= (high as number)) {
    return invalidArgument(`expected low to be less than high, which is excluded, ${got}`, data);
  }
  return invalidArgument(
    `expected low and high within 2^53 of zero and at most 2^53 apart, ${got}`,
    data,
  );
}
