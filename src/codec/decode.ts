import { Cursor, DECODE_LIMITS, type DecodeLimits, invalid, SIMPLE } from "./cbor/cursor.ts";
import { decodePlain, isPlain } from "./cbor/plain.ts";
import { MAJOR } from "./cbor/writer.ts";
import { type Closing, StateReader } from "./state/reader.ts";
import type { TypeCodecs } from "./state/type-codecs.ts";

export type { DecodeLimits } from "./cbor/cursor.ts";

/** How an encoding is decoded. */
export interface DecodeOptions {
  /** Codecs for class instances. */
  readonly types?: TypeCodecs | undefined;
  /** Limits that differ from the default ones. */
  readonly limits?: Partial<DecodeLimits> | undefined;
  /** Called for each object that is frozen, sealed or not extensible, instead of closing it. */
  readonly closing?: Closing | undefined;
  /** Reads an instance of a type that is not in `types` as an empty object, and checks what it stores. */
  readonly anyType?: boolean | undefined;
}

/**
 * The value that `encode` made `bytes` from: a new one that shares no memory with `bytes`. Safe on
 * bytes of any origin: it evaluates nothing, touches no prototype, and needs memory in proportion to
 * the input. Throws INVALID_ENCODING with the offset of the first fault.
 *
 * @example
 * ```ts
 * decode(encode({ x: -0 })); // { x: -0 }
 * decode(Uint8Array.of(0x82, 0x01)); // throws: expected 2 items, got 1 bytes up to the end at byte 0
 * ```
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): unknown {
  const limits =
    options.limits === undefined ? DECODE_LIMITS : { ...DECODE_LIMITS, ...options.limits };
  if (bytes.length <= 9) {
    const cursor = new Cursor(bytes, limits);
    const major = cursor.head();
    if (major === SIMPLE || major === MAJOR.UNSIGNED || major === MAJOR.NEGATIVE) {
      const value = major === SIMPLE ? cursor.simple : cursor.integer(major, 0);
      cursor.end();
      return value;
    }
  }
  try {
    return isPlain(bytes, limits)
      ? decodePlain(bytes)
      : new StateReader(bytes, limits, options).read();
  } catch (cause) {
    if (!(cause instanceof RangeError) || !/call stack/i.test(cause.message)) throw cause;
    throw invalid("no more levels than the stack has room for", "more", 0);
  }
}
