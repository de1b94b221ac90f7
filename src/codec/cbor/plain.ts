import { Decoder } from "cbor-x/decode";
import { Cursor, type DecodeLimits, SIMPLE } from "./cursor.ts";
import { MAJOR } from "./writer.ts";

/**
 * Whether `bytes` are plain: one item of the state encoding without tags and without objects, to
 * which cbor-x would give their keys one by one. Builds nothing, but checks that the bytes are
 * well-formed, canonical and within the limits, up to the first tag or object. Throws
 * INVALID_ENCODING with the offset of the fault.
 *
 * @example
 * ```ts
 * isPlain(encode([1, "a"]), DECODE_LIMITS); // true
 * isPlain(encode({ x: 1 }), DECODE_LIMITS); // false
 * ```
 */
export function isPlain(bytes: Uint8Array, limits: DecodeLimits): boolean {
  const scanner = new Scanner(bytes, limits);
  if (!scanner.item(0)) return false;
  scanner.end();
  return true;
}

/**
 * The value of well-formed CBOR without tags; the caller must have checked that with `isPlain`.
 * cbor-x must never see a tag: every program in the process can change its tag handlers, some of
 * them evaluate code or expand without bound, and others lose data.
 */
export function decodePlain(bytes: Uint8Array): unknown {
  // A new view: cbor-x leaves a property on its input, and returns Buffers for a Buffer.
  return decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}

// int64AsNumber: integers beyond 32 bits become numbers, not bigints.
// copyBuffers: byte strings must not be views of the input.
const options = {
  useRecords: false,
  mapsAsObjects: true,
  int64AsNumber: true,
  copyBuffers: true,
};
const decoder = new Decoder(options);

class Scanner extends Cursor {
  /** Passes over one item inside `depth` containers; false if it is not plain. */
  item(depth: number): boolean {
    const start = this.at;
    const major = this.head();
    switch (major) {
      case SIMPLE:
        return true;
      case MAJOR.TAG:
      case MAJOR.MAP:
        return false;
      case MAJOR.BYTES:
        this.skip(start);
        return true;
      case MAJOR.TEXT:
        return this.#text(start);
      case MAJOR.ARRAY:
        return this.#array(this.argument, depth, start);
      default:
        this.integer(major, start);
        return true;
    }
  }

  #text(start: number): boolean {
    if (this.skipText(start)) return true;
    const begin = this.at - this.argument;
    // cbor-x loses a byte order mark at the start of a long text, so our own reader reads it.
    return !(this.bytes[begin] === 0xef && this.bytes[begin + 1] === 0xbb);
  }

  #array(length: number, depth: number, start: number): boolean {
    this.enter(length, depth, start);
    for (let i = 0; i < length; i++) if (!this.item(depth + 1)) return false;
    return true;
  }
}
