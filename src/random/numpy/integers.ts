import { describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { below } from "../integers.ts";
import type { Pcg64 } from "./pcg64.ts";

/** numpy's integer types and their bits. */
const WIDTHS = {
  int64: 64,
  int32: 32,
  int16: 16,
  int8: 8,
  uint64: 64,
  uint32: 32,
  uint16: 16,
  uint8: 8,
} as const;

/** The name of one of numpy's integer types. */
export type IntegerType = keyof typeof WIDTHS;

/** How integers are drawn. */
export interface IntegersOptions<T extends IntegerType = IntegerType> {
  /** How many integers; one, as a number, unless given. */
  readonly size?: number | undefined;
  /** The type that decides how numpy draws; "int64" unless given. */
  readonly dtype?: T;
  /** Whether `high` itself can be drawn; false unless given. */
  readonly endpoint?: boolean;
}

/** Options for one integer. */
export interface OneInteger extends IntegersOptions {
  readonly size?: undefined;
}

/** Options for many integers. */
export interface ManyIntegers<T extends IntegerType> extends IntegersOptions<T> {
  readonly size: number;
}

/** The arrays for integers of each type, if the bounds are numbers. */
export interface ArraysOfNumbers {
  readonly int64: Float64Array;
  readonly uint64: Float64Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly int16: Int16Array;
  readonly uint16: Uint16Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
}

/** The arrays if a bound is a bigint. */
export interface ArraysOfBigints extends Omit<ArraysOfNumbers, "int64" | "uint64"> {
  readonly int64: BigInt64Array;
  readonly uint64: BigUint64Array;
}

/** Unused bits of a 32-bit draw, for small types: numpy keeps them within one call. */
export interface SpareBits {
  word: number;
  left: number;
}

/** A checked range of integers. */
export interface IntegerRange {
  /** The lowest. */
  readonly first: bigint;
  /** Draws the distance from the lowest: a number if it is at most 2^32 - 1, else a bigint. */
  draw(source: Pcg64, spare: SpareBits): number | bigint;
  /** Whether each of its integers is exact as a number. */
  readonly isExact: boolean;
}

/**
 * The integers in low..high - 1, or with `endpoint` in low..high. Throws INVALID_ARGUMENT for an
 * empty range, and for a range that the type does not hold.
 *
 * A range of up to 2^32 numbers is drawn by Lemire's algorithm in 32 bits (`below` in
 * ../integers.ts), a larger one in 64 bits. Types of 16 and 8 bits use as many bits, taken from a
 * 32-bit draw.
 */
export function integerRange(
  low: number | bigint,
  high: number | bigint,
  { type, endpoint }: { readonly type: IntegerType; readonly endpoint: boolean },
): IntegerRange {
  if (!Object.hasOwn(WIDTHS, type)) {
    const known = Object.keys(WIDTHS).join(", ");
    throw invalidArgument(`expected dtype to be one of ${known}, got ${describe(type)}`);
  }
  const first = wholeNumber(low, "low");
  const end = wholeNumber(high, "high");
  const last = endpoint ? end : end - 1n;
  if (last < first) {
    const than = endpoint ? "at most high" : "less than high, which is excluded";
    throw invalidArgument(`expected low to be ${than}, got ${describe(low)} and ${describe(high)}`);
  }
  checkHolds(type, first, last);
  return {
    first,
    draw: drawerOf(WIDTHS[type], last - first),
    isExact: isExact(first) && isExact(last),
  };
}

/** An empty array for integers of a type: of numbers if `exact` is true. */
export function integerArray(type: IntegerType, length: number, exact: boolean): IntegerArray {
  switch (type) {
    case "int64":
      return exact ? new Float64Array(length) : new BigInt64Array(length);
    case "uint64":
      return exact ? new Float64Array(length) : new BigUint64Array(length);
    case "int32":
      return new Int32Array(length);
    case "uint32":
      return new Uint32Array(length);
    case "int16":
      return new Int16Array(length);
    case "uint16":
      return new Uint16Array(length);
    case "int8":
      return new Int8Array(length);
    case "uint8":
      return new Uint8Array(length);
  }
}

/** Fills an array with integers: `first` plus a drawn distance. */
export function fillIntegers(
  array: IntegerArray,
  first: bigint,
  draw: () => number | bigint,
): IntegerArray {
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    for (let i = 0; i < array.length; i++) array[i] = first + BigInt(draw());
    return array;
  }
  const low = Number(first);
  for (let i = 0; i < array.length; i++) {
    const above = draw();
    array[i] = typeof above === "number" ? low + above : Number(first + above);
  }
  return array;
}

/** The array type for integers; 64-bit ones are doubles if those are exact, else bigints. */
export type IntegerArray =
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

type Drawer = IntegerRange["draw"];

/** How to draw a number in 0..span, each equally likely. */
function drawerOf(width: number, span: bigint): Drawer {
  // numpy draws nothing for a range of one number.
  if (span === 0n) return () => 0;
  if (width < 32) return (source, spare) => narrow(source, spare, width, Number(span) + 1);
  if (span <= 0xffffffffn) return (source) => below(source, Number(span) + 1);
  if (span === WORD) return (source) => source.uint64();
  return (source) => wide(source, span + 1n);
}

const WORD = 2n ** 64n - 1n;

/**
 * A number in 0..count - 1; the caller has checked `count`. This is numpy's
 * `random_bounded_uint64`: Lemire's algorithm in 32 bits if they suffice, else in 64; no draw if
 * `count` is 1.
 */
export function bounded(source: Pcg64, count: number): number {
  if (count === 1) return 0;
  return count <= 2 ** 32 ? below(source, count) : Number(wide(source, BigInt(count)));
}

/** Lemire's algorithm on 64 bits: a number in 0..count - 1. */
function wide(source: Pcg64, count: bigint): bigint {
  let product = source.uint64() * count;
  if ((product & WORD) < count) {
    const surplus = 2n ** 64n % count;
    while ((product & WORD) < surplus) product = source.uint64() * count;
  }
  return product >> 64n;
}

/** The same on 16 or 8 bits. */
function narrow(source: Pcg64, spare: SpareBits, width: number, count: number): number {
  const size = 2 ** width;
  if (count === size) return nextBits(source, spare, width);
  let product = nextBits(source, spare, width) * count;
  if (product % size < count) {
    const surplus = size % count;
    while (product % size < surplus) product = nextBits(source, spare, width) * count;
  }
  return Math.floor(product / size);
}

/** The next bits of a 32-bit draw, the lowest first. */
function nextBits(source: Pcg64, spare: SpareBits, width: number): number {
  if (spare.left === 0) {
    spare.word = source.uint32();
    spare.left = 32;
  } else {
    spare.word >>>= width;
  }
  spare.left -= width;
  return spare.word & (2 ** width - 1);
}

function checkHolds(type: IntegerType, first: bigint, last: bigint): void {
  const width = BigInt(WIDTHS[type]);
  const least = type.startsWith("u") ? 0n : -(1n << (width - 1n));
  const most = least + (1n << width) - 1n;
  if (first >= least && last <= most) return;
  throw invalidArgument(
    `expected integers in ${least}..${most}, which ${type} holds, got ${first}..${last}`,
  );
}

function wholeNumber(value: unknown, name: string): bigint {
  if (typeof value === "bigint") return value;
  if (Number.isInteger(value) && Math.abs(value as number) <= 2 ** 53)
    return BigInt(value as number);
  throw invalidArgument(
    `expected ${name} to be a whole number, beyond 2^53 a bigint, got ${describe(value)}`,
  );
}

/** 2^53 is exact, as are all numbers below it. So bounds that are numbers always give numbers. */
function isExact(value: bigint): boolean {
  return value <= TWO_53 && value >= MINUS_TWO_53;
}

const TWO_53 = 2n ** 53n;
const MINUS_TWO_53 = -TWO_53;
