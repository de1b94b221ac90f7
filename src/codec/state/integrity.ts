import { TAG } from "./tags.ts";

/** How far an object is closed to change, as `Object.freeze`, `seal` and `preventExtensions` do it. */
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

/** The strictest level that an object is at; undefined for one that is open to new properties. */
export function integrityOf(value: object): Integrity | undefined {
  if (Object.isExtensible(value)) return undefined;
  // Engines disagree whether a typed array that takes no properties is sealed; none can freeze it.
  if (ArrayBuffer.isView(value) && "length" in value && value.length !== 0) return "not extensible";
  if (Object.isFrozen(value) && !hasOpenLength(value)) return "frozen";
  return Object.isSealed(value) ? "sealed" : "not extensible";
}

/** V8 calls an empty array frozen that can still be given a length. */
function hasOpenLength(value: object): boolean {
  return (
    Array.isArray(value) && Object.getOwnPropertyDescriptor(value, "length")?.writable === true
  );
}

/** Closes an object. Throws a TypeError for what cannot be, such as a frozen typed array. */
export function close(value: object, level: Integrity): void {
  if (level === "frozen") Object.freeze(value);
  else if (level === "sealed") Object.seal(value);
  else Object.preventExtensions(value);
}

/** The tag of a level, and the level of a tag; undefined for any other tag. */
export function integrityTag(level: Integrity): number {
  return TAGS.get(level) as number;
}

export function integrityOfTag(tag: number): Integrity | undefined {
  return LEVELS.get(tag);
}
