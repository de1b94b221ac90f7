import { RewindError } from "./errors.ts";
import { bitLength, type Exact } from "./nearest-double.ts";

/**
 * An exact number, an infinity or NaN as bytes, in one form for each value: a byte for its kind; then,
 * if it is finite and not 0, two bytes for the exponent and the bytes of an odd whole number, the
 * highest first.
 */
export function exactToBytes(exact: Exact | number): Uint8Array {
  if (typeof exact === "number") {
    return Uint8Array.of(Number.isNaN(exact) ? NAN : exact > 0 ? INFINITE : MINUS_INFINITE);
  }
  if (exact.integer === 0n) return Uint8Array.of(ZERO);
  const size = exact.integer < 0n ? -exact.integer : exact.integer;
  const zeros = bitLength(size & -size) - 1;
  const exponent = exact.exponent + zeros + BIAS;
  const text = (size >> BigInt(zeros)).toString(16);
  const digits = text.length % 2 === 0 ? text : `0${text}`;
  const bytes = new Uint8Array(3 + digits.length / 2);
  bytes[0] = exact.integer < 0n ? MINUS : PLUS;
  bytes[1] = exponent >> 8;
  bytes[2] = exponent & 0xff;
  for (let at = 3; at < bytes.length; at++) {
    bytes[at] = Number.parseInt(digits.slice(2 * at - 6, 2 * at - 4), 16);
  }
  return bytes;
}

/** The number that such bytes hold. Throws OBJECT_INVALID for bytes that no number has. */
export function exactFromBytes(bytes: Uint8Array): Exact | number {
  const [kind, ...rest] = bytes.subarray(0, 3);
  if (kind === PLUS || kind === MINUS) return finite(bytes, kind === MINUS);
  if (rest.length > 0) throw invalid("one byte", `${bytes.length}`);
  if (kind === ZERO) return { integer: 0n, exponent: 0 };
  if (kind === INFINITE) return Number.POSITIVE_INFINITY;
  if (kind === MINUS_INFINITE) return Number.NEGATIVE_INFINITY;
  if (kind === NAN) return Number.NaN;
  throw invalid(`a kind from ${ZERO} to ${NAN}`, `${kind}`);
}

function finite(bytes: Uint8Array, isNegative: boolean): Exact {
  const exponent = ((bytes[1] ?? 0) << 8) + (bytes[2] ?? 0) - BIAS;
  if (bytes.length < 4) throw invalid("at least 4 bytes", `${bytes.length}`);
  if (bytes.length > 3 + LONGEST) throw invalid(`at most ${3 + LONGEST} bytes`, `${bytes.length}`);
  if (bytes[3] === 0) throw invalid("a first byte that is not 0", "0");
  if (((bytes.at(-1) as number) & 1) === 0) throw invalid("an odd number", "an even one");
  let digits = "";
  for (const byte of bytes.subarray(3)) digits += byte.toString(16).padStart(2, "0");
  const size = BigInt(`0x${digits}`);
  if (exponent < -BIAS || exponent + bitLength(size) > HIGHEST) {
    throw invalid(`an exponent from ${-BIAS} to ${HIGHEST}`, `${exponent}`);
  }
  return { integer: isNegative ? -size : size, exponent };
}

const ZERO = 0;
const PLUS = 1;
const MINUS = 2;
const INFINITE = 3;
const MINUS_INFINITE = 4;
const NAN = 5;

/** The last bit of a product of two doubles counts at least 2^-2148. */
const BIAS = 2148;

/** 2^64 products of the largest doubles are less than two to this power. */
const HIGHEST = 2112;

const LONGEST = (HIGHEST + BIAS) / 8 + 1;

function invalid(expected: string, got: string): RewindError {
  return new RewindError("OBJECT_INVALID", `not a valid sum: expected ${expected}, got ${got}`);
}
