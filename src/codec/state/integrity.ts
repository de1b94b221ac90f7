import { TAG } from "./tags.ts";

/** How far `Object.freeze`, `seal` or `preventExtensions` has closed an object. */
export type Integrity = "frozen" | "sealed" | "not extensible";

/** The tag of each level. */
const TAGS: ReadonlyMap<Integrity, number> = new Map([
  ["frozen", TAG.FROZEN],
  ["sealed", TAG.SEALED],
  ["not extensible", TAG.NOT_EXTENSIBLE],
]);

const LEVELS: ReadonlyMap<number, Integrity> = new Map(
  [...TAGS].map(([level, tag]) => [tag, level]),
);

/** The strictest level of an object; undefined if it is open to new properties. */
export function integrityOf(value: object): Integrity | undefined {
  if (Object.isExtensible(value)) return undefined;
  // Engines disagree whether such a typed array is sealed; it can never be frozen.
  if (ArrayBuffer.isView(value) && "length" in value && value.length !== 0) return "not extensible";
  if (Object.isFrozen(value) && !hasOpenLength(value)) return "frozen";
  return Object.isSealed(value) ? "sealed" : "not extensible";
}

/** V8 calls an empty array frozen even if its length can still be set. */
function hasOpenLength(value: object): boolean {
  return (
    Array.isArray(value) && Object.getOwnPropertyDescriptor(value, "length")?.writable === true
  );
}

/** Closes an object. Throws a TypeError if that is impossible, such as freezing a typed array. */
export function close(value: object, level: Integrity): void {
  if (level === "frozen") Object.freeze(value);
  else if (level === "sealed") Object.seal(value);
  else Object.preventExtensions(value);
}

/** The tag of a level. */
export function integrityTag(level: Integrity): number {
  return TAGS.get(level) as number;
}

export function integrityOfTag(tag: number): Integrity | undefined {
  return LEVELS.get(tag);
}
