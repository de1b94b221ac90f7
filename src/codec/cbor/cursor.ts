import { toHex } from "../../base/bytes.ts";
import { count as grouped } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { invalidUtf8At } from "./utf8.ts";
import { MAJOR } from "./writer.ts";

/** The major type of floats, booleans, null and undefined. */
export const SIMPLE = 7;

/** The limits of a decoder; anything larger is refused before it is built. */
export interface DecodeLimits {
  /** The depth of nested arrays, maps and objects. */
  readonly depth: number;
  /** Values in total, containers and keys included. */
  readonly items: number;
  /** Bytes of the whole encoding. */
  readonly bytes: number;
  /** Bytes of one bigint. */
  readonly bigintBytes: number;
}

/** How deep a state may be nested. */
export const MAX_DEPTH = 1000;

/** The default limits. */
export const DECODE_LIMITS: DecodeLimits = {
  depth: MAX_DEPTH,
  items: 100_000_000,
  bytes: 2 ** 31 - 1,
  bigintBytes: 2 ** 27,
};

/** Reads an encoding item by item, and refuses heads that are not well-formed and minimal. */
export class Cursor {
  at = 0;
  /** The argument of the last head: a length, a tag, or an integer without its sign. */
  argument = 0;
  /** The value of the last head of major type SIMPLE. */
  simple: unknown;
  readonly bytes: Uint8Array;
  readonly limits: DecodeLimits;
  #items = 0;

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    this.bytes = bytes;
    this.limits = limits;
    if (bytes.length > limits.bytes) {
      throw invalid(`at most ${grouped(limits.bytes)} bytes`, `${grouped(bytes.length)} bytes`, 0);
    }
  }

  /** Reads the head of the next item: returns its major type, and sets `argument` or `simple`. */
  head(): number {
    const start = this.at;
    const first = this.#byte();
    const major = first >>> 5;
    const info = first & 0x1f;
    if (major === SIMPLE) this.#readSimple(info, start);
    else if (info < 24) this.argument = info;
    else this.#readArgument(info, start);
    return major;
  }

  /** Reads a head that must have the major type `major`. */
  expect(major: number, what: string): void {
    const start = this.at;
    if (this.head() !== major) throw invalid(what, this.hexAt(start), start);
  }

  /** The integer whose head, of major type UNSIGNED or NEGATIVE, was just read. */
  integer(major: number, start: number): number {
    const value = major === MAJOR.UNSIGNED ? this.argument : -1 - this.argument;
    // V8 keeps a field or an array that holds whole numbers as such only if it knows them as such.
    const small = value | 0;
    if (small === value) return small;
    if (Number.isSafeInteger(value)) return value;
    throw invalid("an integer below 2^53 in magnitude", "a larger one", start);
  }

  /** Steps over a byte string whose head was just read; returns where it starts. */
  skip(start: number): number {
    const begin = this.at;
    if (this.argument > this.bytes.length - begin) {
      throw invalid(
        `${grouped(this.argument)} bytes`,
        `${grouped(this.bytes.length - begin)} up to the end`,
        start,
      );
    }
    this.at = begin + this.argument;
    return begin;
  }

  /** Steps over a text whose head was just read, and checks its UTF-8. Returns whether it is ASCII. */
  skipText(start: number): boolean {
    const begin = this.skip(start);
    const bytes = this.bytes;
    for (let i = begin; i < this.at; i++) {
      if ((bytes[i] as number) < 0x80) continue;
      const bad = invalidUtf8At(bytes, i, this.at);
      if (bad < 0) return false;
      throw invalid("UTF-8", `0x${(bytes[bad] as number).toString(16)}`, bad);
    }
    return true;
  }

  /** Checks that a container of `count` items may be opened inside `depth` others. */
  enter(count: number, depth: number, start: number): void {
    const left = this.bytes.length - this.at;
    // Every item takes at least one byte.
    if (count > left)
      throw invalid(`${grouped(count)} items`, `${grouped(left)} bytes up to the end`, start);
    if (depth >= this.limits.depth) {
      throw invalid(`at most ${grouped(this.limits.depth)} levels`, "more", start);
    }
    this.#items += count;
    if (this.#items > this.limits.items) {
      throw invalid(`at most ${grouped(this.limits.items)} items`, "more", start);
    }
  }

  /** Checks that all bytes are used up. */
  end(): void {
    const left = this.bytes.length - this.at;
    if (left > 0) throw invalid("the end", left === 1 ? "1 more byte" : `${left} more`, this.at);
  }

  /** The byte at `offset` as an error message shows it. */
  hexAt(offset: number): string {
    return offset < this.bytes.length
      ? `0x${toHex(this.bytes.subarray(offset, offset + 1))}`
      : "the end";
  }

  #byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw invalid("more bytes", "the end", this.at);
    this.at++;
    return byte;
  }

  #readArgument(info: number, start: number): void {
    if (info > 27) throw invalid("a definite length", this.hexAt(start), start);
    const size = 1 << (info - 24);
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.#byte();
    if (value < (LEAST[info - 24] as number)) {
      throw invalid("a head in the fewest bytes", `${value} in ${size}`, start);
    }
    this.argument = value;
  }

  #readSimple(info: number, start: number): void {
    if (info === 27) this.simple = this.#readFloat(start);
    else if (info >= 20 && info < 24) this.simple = SIMPLE_VALUES[info - 20];
    else if (info === 25) {
      const half = this.#byte() * 256 + this.#byte();
      if (!HALVES.has(half)) {
        throw invalid("NaN, an infinity or -0 as a half float", "another", start);
      }
      this.simple = HALVES.get(half);
    } else throw invalid("a value of the state encoding", this.hexAt(start), start);
  }

  #readFloat(start: number): number {
    for (let i = 0; i < 8; i++) FLOAT_BYTES[i] = this.#byte();
    const value = FLOAT.getFloat64(0);
    if (Number.isFinite(value) && !Number.isSafeInteger(value)) return value;
    throw invalid("a number in its shortest form", `${value} as a double`, start);
  }
}

/** The error for bytes that are not an encoding: what was expected, what was found, and where. */
export function invalid(expected: string, got: string, offset: number): RewindError {
  const message = `expected ${expected}, got ${got} at byte ${offset}`;
  return new RewindError("INVALID_ENCODING", message, { offset, expected, got });
}

const SIMPLE_VALUES: readonly unknown[] = [false, true, null, undefined];
// The least argument that needs 1, 2, 4 and 8 bytes.
const LEAST: readonly number[] = [24, 0x100, 0x10000, 0x100000000];
const HALVES: ReadonlyMap<number, number> = new Map([
  [0x7e00, Number.NaN],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
  [0x8000, -0],
]);
// Room for one number, written and read within one call.
const FLOAT = new DataView(new ArrayBuffer(8));
const FLOAT_BYTES = new Uint8Array(FLOAT.buffer);
