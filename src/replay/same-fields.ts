import { surelyEqual } from "../codec/state/surely-equal.ts";
import { type TypeCodecs, typeOf } from "../codec/state/type-codecs.ts";

/**
 * The first enumerable field in which two instances differ, such as `best`; undefined if there is
 * none. Fields that hold instances of `types` are not looked into: those are compared themselves.
 */
export function differentField(a: object, b: object, types: TypeCodecs): string | undefined {
  const seen = new Set<object>();

  const same = (x: unknown, y: unknown): boolean => {
    if (!isObject(x) || !isObject(y)) return Object.is(x, y) || !isState(x) || !isState(y);
    const [typeX, typeY] = [typeOf(types, x), typeOf(types, y)];
    if (typeX !== undefined || typeY !== undefined) return typeX === typeY;
    if (seen.has(x) || surelyEqual(x, y)) return true;
    seen.add(x);
    if (x instanceof Map && y instanceof Map) return sameItems([...x].flat(), [...y].flat());
    if (x instanceof Set && y instanceof Set) return sameItems([...x], [...y]);
    if (Array.isArray(x) && Array.isArray(y)) return sameItems(x, y);
    // What can be stored is told apart by now, unless it is frozen.
    if (x instanceof Date || ArrayBuffer.isView(x) || x instanceof ArrayBuffer) {
      return !Object.isExtensible(x);
    }
    return sameClass(x, y) && differing(x, y) === undefined;
  };
  const sameItems = (x: readonly unknown[], y: readonly unknown[]): boolean =>
    x.length === y.length && x.every((item, i) => same(item, y[i]));
  const differing = (x: object, y: object): string | undefined => {
    const [fieldsX, fieldsY] = [x, y] as Record<string, unknown>[];
    const names = new Set([...Object.keys(x), ...Object.keys(y)]);
    return [...names].find(
      (name) =>
        Object.hasOwn(x, name) !== Object.hasOwn(y, name) ||
        !same(fieldsX?.[name], fieldsY?.[name]),
    );
  };
  return differing(a, b);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Functions and symbols are not part of a state; each instance may have its own. */
function isState(value: unknown): boolean {
  return typeof value !== "function" && typeof value !== "symbol";
}

function sameClass(x: object, y: object): boolean {
  return Object.getPrototypeOf(x) === Object.getPrototypeOf(y);
}
