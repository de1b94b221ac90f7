import { describe } from "../base/checks.ts";
import type { RewindError } from "../base/errors.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import { below, type Uint32Source } from "./integers.ts";

/**
 * Shuffles `items`, an array or a typed array, in place, and returns it; every order is equally
 * likely. For i from the last index down to 1 it swaps item i with item j, drawn from 0..i: the
 * Fisher-Yates shuffle, Algorithm P of Donald Knuth, "The Art of Computer Programming" 2, 3.4.2.
 *
 * @throws INVALID_ARGUMENT if `items` has no length, such as a Set, or cannot be changed, such as a
 * text or a frozen array. Nothing is drawn then.
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
  for (let i = lengthToShuffle(items) - 1; i > 0; i--) {
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
 * @throws INVALID_ARGUMENT if `items` is empty.
 *
 * @example
 * ```ts
 * const move = choice(xoshiro(1), ["north", "east", "south", "west"]);
 * ```
 */
export function choice<T>(source: Uint32Source, items: ArrayLike<T>): T {
  return items[below(source, lengthToChooseFrom(items))] as T;
}

/** The number of items to choose from, at least one. Throws INVALID_ARGUMENT. */
export function lengthToChooseFrom(items: ArrayLike<unknown>): number {
  const length = lengthOf(items);
  if (length > 0) return length;
  throw invalidArgument("expected at least one item to choose from, got none", { length });
}

/** The number of items to shuffle. Throws INVALID_ARGUMENT. */
export function lengthToShuffle(items: ArrayLike<unknown>): number {
  const length = lengthOf(items);
  // The items of an array are not checked one by one: that costs as much as shuffling them.
  const isList = Array.isArray(items) || ArrayBuffer.isView(items);
  if (Object.isFrozen(items) || !(isList || isWritable(items, length))) throw unchangeable(items);
  return length;
}

/** The number of items. Throws INVALID_ARGUMENT. */
export function lengthOf(items: ArrayLike<unknown>): number {
  const length: unknown = items?.length;
  // A function has a length too.
  const isCount = typeof length === "number" && Number.isSafeInteger(length) && length >= 0;
  if (!isCount || typeof items === "function") throw notList(items);
  return length;
}

/** Whether each item can be written, for an object that has a length but is not an array. */
function isWritable(items: ArrayLike<unknown>, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const item = Object.getOwnPropertyDescriptor(items, i);
    if (item === undefined ? !Object.isExtensible(items) : !(item.writable ?? item.set))
      return false;
  }
  return true;
}

function unchangeable(items: ArrayLike<unknown>): RewindError {
  const what = Array.isArray(items) ? `a frozen array of ${items.length}` : describe(items);
  return invalidArgument(
    `expected items to be an array or a typed array that can be changed, got ${what}`,
    { length: items.length },
  );
}

function notList(items: ArrayLike<unknown>): RewindError {
  return invalidArgument(`expected items to be an array or a typed array, got ${describe(items)}`, {
    length: items?.length,
  });
}
