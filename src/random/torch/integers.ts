import { describe } from "../../base/checks.ts";
import type { RewindError } from "../../base/errors.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { remainder64, uint64, type WordSource } from "./words.ts";

/** The way to draw from low..high - 1 that `randint` takes, its bounds checked. */
export type IntegerDraw<T> = (source: WordSource) => T;

/**
 * How `randint(low, high)` draws a number: `low` plus one 32-bit draw modulo the range or, for
 * ranges of at least `wideRange`, two draws as 64 bits modulo the range.
 *
 * @throws INVALID_ARGUMENT unless the bounds are whole numbers within 2^53 of zero, `low` the
 * lesser.
 */
export function numberDraw(low: number, high: number, wideRange: number): IntegerDraw<number> {
  if (!(isBound(low) && isBound(high) && low < high)) throw invalidBounds(low, high);
  const range = high - low;
  if (range < wideRange) return (source) => low + (source.uint32() % range);
  if (range <= 2 ** 37) {
    return (source) => {
      const word = source.uint32();
      return low + remainder64(word, source.uint32(), range);
    };
  }
  const draw = bigintDraw(BigInt(low), BigInt(high), wideRange);
  return (source) => Number(draw(source));
}

/** The same for bounds of 64 bits: `low` at least -2^63, `high` at most 2^63 - 1. */
export function bigintDraw(low: bigint, high: bigint, wideRange: number): IntegerDraw<bigint> {
  if (!(isInt64(low) && isInt64(high) && low < high)) throw invalidBounds(low, high);
  const range = high - low;
  if (range < wideRange) return (source) => low + (BigInt(source.uint32()) % range);
  return (source) => low + (uint64(source) % range);
}

/** The number that `random_` gives for int64: 63 random bits of two draws. */
export function int63(source: WordSource): bigint {
  return uint64(source) & 0x7fff_ffff_ffff_ffffn;
}

function isBound(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 2 ** 53;
}

function isInt64(value: unknown): value is bigint {
  return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
}

function invalidBounds(low: unknown, high: unknown): RewindError {
  const expected =
    (isBound(low) && isBound(high)) || (isInt64(low) && isInt64(high))
      ? "low to be less than high, which is excluded"
      : typeof low === "bigint" && typeof high === "bigint"
        ? "low and high in -2^63..2^63 - 1"
        : "low and high to be whole numbers within 2^53 of zero, or both bigints";
  return invalidArgument(`expected ${expected}, got ${describe(low)} and ${describe(high)}`, {
    low,
    high,
  });
}
