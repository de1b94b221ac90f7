import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { below, type Uint32Source } from "./integers.ts";

/**
 * Shuffles `items`, an array or a typed array, in place, and returns it; every order is equally
 * likely. For i from the last index down to 1 it swaps item i with item j, drawn from 0..i: the
 * Fisher-Yates shuffle, Algorithm P of Donald Knuth, "The Art of Computer Programming" 2, 3.4.2.
 *
 * @throws INVALID_ARGUMENT where `items` has no length, such as a Set.
 *
 * @example
 * ```ts
 * const order = shuffle(xoshiro(1), ["a", "b", "c"]);
 * ```
 */
export function shuffle<T extends { length: number; [index: number]: unknown }>(
  source: Uint32Source,
  items: T,
): T {
  const list: { [index: number]: unknown } = items;
  for (let i = lengthOf(items) - 1; i > 0; i--) {
    const j = below(source, i + 1);
    const item = list[i];
    list[i] = list[j];
    list[j] = item;
  }
  return items;
}

/**
 * One of `items`, an array, a typed array or a text, each equally likely.
 *
 * @throws INVALID_ARGUMENT where there are none.
 *
 * @example
 * ```ts
 * const move = choice(xoshiro(1), ["north", "east", "south", "west"]);
 * ```
 */
export function choice<T>(source: Uint32Source, items: ArrayLike<T>): T {
  return items[below(source, lengthToChooseFrom(items))] as T;
}

/** How many items there are to choose from: at least one. Throws INVALID_ARGUMENT. */
export function lengthToChooseFrom(items: ArrayLike<unknown>): number {
  const length = lengthOf(items);
  if (length > 0) return length;
  throw new RewindError("INVALID_ARGUMENT", "expected items to choose from, got none", { length });
}

/** How many items there are. Throws INVALID_ARGUMENT. */
export function lengthOf(items: ArrayLike<unknown>): number {
  const length: unknown = items?.length;
  if (typeof length === "number" && Number.isSafeInteger(length) && length >= 0) return length;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected items to be an array or a typed array, got ${describe(items)}`,
    { length },
  );
}
