import { toHex } from "../../base/bytes.ts";

/** The CBOR major types that take an argument. */
export const MAJOR = {
  UNSIGNED: 0,
  NEGATIVE: 1,
  BYTES: 2,
  TEXT: 3,
  ARRAY: 4,
  MAP: 5,
  TAG: 6,
} as const;

const FIRST_BYTES = 1024;
const SHORT_TEXT = 64;

/**
 * The room of the last writer that is done, for the next: most states are small, and new room would
 * cost as much as writing one.
 */
let spare: Uint8Array | undefined;
const MOST_SPARE_BYTES = 1 << 20;
const NO_ROOM = new Uint8Array(0);

function takeSpare(): Uint8Array {
  const room = spare ?? new Uint8Array(FIRST_BYTES);
  spare = undefined;
  return room;
}

/** A growing byte string, and the CBOR items that do not depend on objects. */
export class Writer {
  bytes: Uint8Array = takeSpare();
  length = 0;

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const doubled = Math.min(2 * this.bytes.length, 2 ** 28);
    const larger = new Uint8Array(Math.max(needed, doubled, FIRST_BYTES));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** The bytes written. The writer is empty afterwards. */
  take(): Uint8Array {
    return this.lend((written) => written.slice());
  }

  /** What `look` gives for the bytes written, which it must not keep. Empties the writer. */
  lend<T>(look: (written: Uint8Array) => T): T {
    const result = look(this.bytes.subarray(0, this.length));
    if (this.bytes.length <= MOST_SPARE_BYTES) spare = this.bytes;
    this.bytes = NO_ROOM;
    this.length = 0;
    return result;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** The head of an item, in the fewest bytes: its major type and its argument. */
  head(major: number, argument: number): void {
    this.reserve(9);
    this.length = writeHead(this.bytes, this.length, major, argument);
  }

  number(value: number): void {
    this.reserve(9);
    this.length = writeNumber(this.bytes, this.length, value);
  }

  byteString(bytes: Uint8Array): void {
    this.head(MAJOR.BYTES, bytes.length);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A well-formed string, as UTF-8. */
  text(text: string): void {
    const size = text.length;
    if (size < SHORT_TEXT) {
      this.reserve(size + 2);
      const bytes = this.bytes;
      let at = writeHead(bytes, this.length, MAJOR.TEXT, size);
      let i = 0;
      for (; i < size; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[at++] = unit;
      }
      if (i === size) {
        this.length = at;
        return;
      }
    }
    const encoded = UTF8.encode(text);
    this.head(MAJOR.TEXT, encoded.length);
    this.reserve(encoded.length);
    this.bytes.set(encoded, this.length);
    this.length += encoded.length;
  }
}

/** The bytes of `value` (0 or more), big-endian, without leading zeros. */
export function bigintBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0);
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const bytes = new Uint8Array(even.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(even.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}

/**
 * The inverse of `bigintBytes`. Uses hexadecimal digits, because adding byte by byte takes
 * quadratic time.
 */
export function bigintFromBytes(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** Writes a number at `at`, which must have room for 9 bytes; returns where it ends. */
export function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  if (Number.isSafeInteger(value) && (value !== 0 || 1 / value > 0)) {
    return value >= 0
      ? writeHead(bytes, at, MAJOR.UNSIGNED, value)
      : writeHead(bytes, at, MAJOR.NEGATIVE, -1 - value);
  }
  const half = halfOf(value);
  if (half !== undefined) {
    bytes[at] = 0xf9;
    bytes[at + 1] = half;
    bytes[at + 2] = 0;
    return at + 3;
  }
  FLOAT.setFloat64(0, value);
  bytes[at] = 0xfb;
  for (let i = 0; i < 8; i++) bytes[at + 1 + i] = FLOAT_BYTES[i] as number;
  return at + 9;
}

/** The first byte of a special number as a half float; the second is 0. */
function halfOf(value: number): number | undefined {
  if (Number.isNaN(value)) return 0x7e;
  if (value === Number.POSITIVE_INFINITY) return 0x7c;
  if (value === Number.NEGATIVE_INFINITY) return 0xfc;
  return value === 0 ? 0x80 : undefined;
}

function writeHead(bytes: Uint8Array, at: number, major: number, argument: number): number {
  const type = major << 5;
  if (argument < 24) {
    bytes[at] = type | argument;
    return at + 1;
  }
  if (argument < 0x100) {
    bytes[at] = type | 24;
    bytes[at + 1] = argument;
    return at + 2;
  }
  if (argument < 0x10000) {
    bytes[at] = type | 25;
    bytes[at + 1] = argument >>> 8;
    bytes[at + 2] = argument;
    return at + 3;
  }
  if (argument < 0x100000000) {
    bytes[at] = type | 26;
    return writeUint32(bytes, at + 1, argument);
  }
  bytes[at] = type | 27;
  return writeUint32(bytes, writeUint32(bytes, at + 1, argument / 0x100000000), argument);
}

function writeUint32(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}

/** Whether this machine keeps the low byte first, as almost all do. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

// Room for one number, written and read within one call.
const FLOAT = new DataView(new ArrayBuffer(8));
const FLOAT_BYTES = new Uint8Array(FLOAT.buffer);
const UTF8 = new TextEncoder();
