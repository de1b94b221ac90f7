import type { TypedArray } from "../state/tags.ts";

/** How many characters a value takes as JSON, roughly, and whether that is with references. */
export interface JsonSize {
  readonly characters: number;
  /** Whether objects that occur again are to be named, for all written out would be out of proportion. */
  readonly needsReferences: boolean;
}

/** Writing shared objects out again may always take this many characters. */
const ALWAYS = 1 << 20;
/** Beyond that it may make the whole this many times as long. */
const TIMES = 4;

/**
 * The size of `value` as JSON, found in time and memory in proportion to its objects, however often
 * each occurs. `partsOf` gives what an object holds, keys included; undefined for one that holds none.
 */
export function jsonSize(
  value: unknown,
  partsOf: (value: object) => Iterable<unknown> | undefined,
): JsonSize {
  const sizes = new Map<object, number>();
  let once = 0;
  const own = (characters: number): number => {
    once += characters;
    return characters;
  };
  const sizeOf = (part: unknown): number => {
    if (typeof part !== "object" || part === null) return own(primitiveSize(part));
    const known = sizes.get(part);
    if (known !== undefined) {
      once += REFERENCE;
      return known;
    }
    // Within itself it is a reference.
    sizes.set(part, REFERENCE);
    const parts = partsOf(part);
    let size = own(parts === undefined ? leafSize(part) : 4);
    for (const inner of parts ?? []) size += sizeOf(inner);
    sizes.set(part, size);
    return size;
  };
  const whole = sizeOf(value);
  const needsReferences = whole > Math.max(ALWAYS, TIMES * once);
  return { characters: needsReferences ? once : whole, needsReferences };
}

const REFERENCE = 32;

function primitiveSize(value: unknown): number {
  if (typeof value === "string") return value.length + 4;
  if (typeof value === "number") return Number.isSafeInteger(value) ? 8 : 20;
  return typeof value === "bigint" ? 20 : 6;
}

function leafSize(value: object): number {
  if (value instanceof ArrayBuffer || value instanceof DataView) return 2 * value.byteLength + 16;
  if (!ArrayBuffer.isView(value)) return 40;
  const { length, BYTES_PER_ELEMENT } = value as TypedArray;
  const isFloat = value instanceof Float64Array || value instanceof Float32Array;
  return length * (isFloat ? 20 : 2 + Math.ceil(2.4 * BYTES_PER_ELEMENT)) + 40;
}
