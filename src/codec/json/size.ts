/**
 * The approximate number of characters that a value takes as JSON, and whether that counts
 * references.
 */
export interface JsonSize {
  readonly characters: number;
  /**
   * Whether repeated objects become references, because writing all of them out would take too
   * much.
   */
  readonly needsReferences: boolean;
  /**
   * The objects that lead into a cycle. They are written once, because there may be more ways to them
   * than anything can hold.
   */
  readonly cyclic: ReadonlySet<object>;
}

/** JSON of at most this many characters never needs references. */
const ALWAYS = 1 << 20;
/** Longer JSON needs them if it would be this many times as long without. */
const TIMES = 4;

/**
 * The size of `value` as JSON, in time and memory proportional to the number of distinct objects.
 * `partsOf` gives the values that an object holds, keys included, or the number of characters if it
 * holds no values.
 */
export function jsonSize(
  value: unknown,
  partsOf: (value: object) => Iterable<unknown> | number,
): JsonSize {
  const sizes = new Map<object, number>();
  const open = new Set<object>();
  const cyclic = new Set<object>();
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
      return open.has(part) || cyclic.has(part) ? REFERENCE : known;
    }
    // An object inside itself is a reference.
    sizes.set(part, REFERENCE);
    open.add(part);
    const parts = partsOf(part);
    let size = own(typeof parts === "number" ? parts : 4);
    if (typeof parts !== "number") {
      for (const inner of parts) {
        size += sizeOf(inner);
        if (open.has(inner as object) || cyclic.has(inner as object)) cyclic.add(part);
      }
    }
    open.delete(part);
    sizes.set(part, size);
    return size;
  };
  const whole = sizeOf(value);
  const needsReferences = whole > Math.max(ALWAYS, TIMES * once);
  return { characters: needsReferences ? once : whole, needsReferences, cyclic };
}

const REFERENCE = 32;

function primitiveSize(value: unknown): number {
  if (typeof value === "string") return value.length + 4;
  if (typeof value === "number") return Number.isSafeInteger(value) ? 8 : 20;
  return typeof value === "bigint" ? 20 : 6;
}
