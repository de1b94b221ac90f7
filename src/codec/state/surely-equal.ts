import { isObject, type QuickLook } from "./kinds/kind.ts";
import { kindOf } from "./kinds.ts";

/**
 * Whether two states that can be encoded surely have the same encoding: a quick test. True is
 * always right. False means that they differ or that the test cannot tell, for example because of a
 * class instance or a frozen object.
 */
export function surelyEqual(a: unknown, b: unknown): boolean {
  try {
    return new Look().equal(a, b);
  } catch {
    // An object that only looks like a Map, or a getter that throws: encoding it reports what is
    // wrong.
    return false;
  }
}

/** Deeper values are left to the encoding. */
const DEPTH = 200;

class Look implements QuickLook {
  /** The pairs of objects: if one occurs again, the other must occur again too. */
  readonly #bOf = new Map<object, object>();
  readonly #aOf = new Map<object, object>();
  #depth = 0;

  equal(a: unknown, b: unknown): boolean {
    if (!isObject(a) || !isObject(b)) return Object.is(a, b);
    const [knownB, knownA] = [this.#bOf.get(a), this.#aOf.get(b)];
    if (knownA !== undefined || knownB !== undefined) return knownB === b && knownA === a;
    this.#bOf.set(a, b);
    this.#aOf.set(b, a);
    if (this.#depth >= DEPTH || !Object.isExtensible(a) || !Object.isExtensible(b)) return false;
    // An object that only has the prototype of `a` throws here, or has no contents to compare.
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    this.#depth++;
    const equal = this.#equalContents(a, b);
    this.#depth--;
    return equal;
  }

  #equalContents(a: object, b: object): boolean {
    // Most objects are arrays, and looking each up in the table takes a tenth of the time.
    if (Array.isArray(a)) return Array.isArray(b) && this.equalItems(a, b);
    return kindOf(a)?.surelyEqual?.(a, b, this) ?? false;
  }

  equalItems(a: readonly unknown[], b: readonly unknown[]): boolean {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) {
      if (!this.equal(a[i], b[i])) return false;
      if (a[i] === undefined && i in a !== i in b) return false;
    }
    return true;
  }

  pair(a: object, b: object): boolean {
    if (this.#bOf.has(a) || this.#aOf.has(b)) return false;
    this.#bOf.set(a, b);
    this.#aOf.set(b, a);
    return true;
  }
}
