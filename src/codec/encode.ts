import { writeNumber } from "./cbor/writer.ts";
import { type EncodeOptions, StateWriter } from "./state/writer.ts";

export type { EncodedInstance, EncodeOptions } from "./state/writer.ts";

/**
 * The state encoding of `value`: strict, deterministic CBOR (RFC 8949). Equal states give equal
 * bytes, and `decode` gives back a state that no step can tell from this one; object keys, Map and
 * Set entries keep their order, objects that occur twice stay one, and frozen, sealed and
 * non-extensible ones stay so. Throws UNSUPPORTED_STATE, naming the path, for what cannot be
 * restored exactly.
 *
 * @example
 * ```ts
 * encode({ x: -0, seen: new Set([1]) });
 * encode({ f: () => 1 }); // throws: state.f is a function f: keep functions in the simulation …
 * ```
 */
export function encode(value: unknown, options: EncodeOptions = {}): Uint8Array {
  if (typeof value === "number") {
    const room = new Uint8Array(9);
    const length = writeNumber(room, 0, value);
    return length === 9 ? room : room.slice(0, length);
  }
  return new StateWriter(options).encode(value);
}
