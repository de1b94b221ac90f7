import { invalid } from "../cbor/cursor.ts";

/** A key as an array index; -1 for any other key. */
export function indexOf(key: string): number {
  if (key.length > 10 || !/^(?:0|[1-9]\d*)$/.test(key)) return -1;
  const index = Number(key);
  return index < 2 ** 32 - 1 ? index : -1;
}

/**
 * Checks a key of an object in an encoding, which begins at byte `offset`: no key twice, since the
 * first would be lost; no `__proto__`; and array indices first and ascending, as JavaScript lists
 * them. `before` is the key before it as an index. Returns the key as an index.
 */
export function checkKey(key: string, isRepeated: boolean, before: number, offset: number): number {
  if (isRepeated) throw invalid("each key once", `${JSON.stringify(key)} twice`, offset);
  if (key === "__proto__") {
    throw invalid("__proto__ in the form of pairs only", "it in a map", offset);
  }
  const index = indexOf(key);
  if (index >= 0 && (before < 0 || before > index)) {
    throw invalid("keys that are indices first, ascending", key, offset);
  }
  return index;
}
