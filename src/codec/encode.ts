import { writeNumber } from "./cbor/writer.ts";
import { type EncodeOptions, StateWriter } from "./state/writer.ts";

export type { EncodedInstance, EncodeOptions } from "./state/writer.ts";

/**
 * The state encoding of `value`: strict, deterministic CBOR (RFC 8949). Equal states have equal
 * bytes, and a step cannot tell the state that `decode` returns from this one: keys of objects and
 * entries of Maps and Sets keep their order, an object that occurs twice stays one object, and
 * frozen, sealed and non-extensible objects stay closed. Throws UNSUPPORTED_STATE, which names the
 * path, for a value that cannot be restored exactly.
 *
 * @example
 * ```ts
 * encode({ x: -0, seen: new Set([1]) });
 * encode({ f: () => 1 }); // throws: state.f is the function f: keep functions in the simulation …
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

/**
 * A digest of the encoding of `value`, by `digest`, which must not keep its argument. Leaves out the
 * search for what cannot be restored in arrays and objects. Throws UNSUPPORTED_STATE otherwise.
 */
export function digestOf<T>(
  value: unknown,
  digest: (encoded: Uint8Array) => T,
  { types }: Pick<EncodeOptions, "types"> = {},
): T {
  if (typeof value === "number") return digest(encode(value));
  const writer = new StateWriter({ types, unchecked: true });
  writer.write(value);
  return writer.out.lend(digest);
}
