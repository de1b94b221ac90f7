import { MAJOR } from "../../cbor/writer.ts";
import { type Comparer, type Spot, spotBelow } from "../difference.ts";
import { arrayFault } from "../faults.ts";
import { isObject, type StateKind } from "./kind.ts";
import { defineField } from "./object.ts";

export const ARRAY: StateKind<unknown[]> = {
  name: "Array",
  prototype: Array.prototype,
  tag: undefined,
  isGenuine: Array.isArray,

  write(array, out, level) {
    const depth = out.enter(array);
    if (!out.unchecked) out.check(arrayFault(array, level));
    out.out.head(MAJOR.ARRAY, array.length);
    for (let i = 0; i < array.length; i++) {
      out.steps[depth] = i;
      out.value(array[i]);
    }
    out.depth = depth;
  },

  compare: compareElements,
  surelyEqual: (a, b, look) => look.equalItems(a, b),

  toJson: (array, out) => out.list(array, (item, i) => out.under(i, item)),
  parts: (array) => array,

  steps: (array) => array.length,
  find: (array, step) =>
    typeof step === "number" && Object.hasOwn(array, step) ? { is: array[step] } : undefined,
  put(array, step, next, path) {
    if (typeof step !== "number" || step > array.length) return false;
    defineField(array, step, next, path);
    return true;
  },
};

/** Compares the elements of two lists of any kind. */
export function compareElements(
  a: ArrayLike<unknown>,
  b: ArrayLike<unknown>,
  comparer: Comparer,
  spot: Spot,
): void {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length && !comparer.isFull(); i++) {
    if (i >= b.length) comparer.add(spotBelow(spot, i), a[i], undefined, { missing: "b" });
    else if (i >= a.length) comparer.add(spotBelow(spot, i), undefined, b[i], { missing: "a" });
    else if (!Object.is(a[i], b[i]) || isObject(a[i])) {
      comparer.compare(a[i], b[i], spotBelow(spot, i));
    } else comparer.equal++;
  }
}
