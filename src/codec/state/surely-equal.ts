import { MAX_DEPTH } from "../cbor/cursor.ts";
import { integrityOf } from "./integrity.ts";
import { isObject, type QuickLook } from "./kinds/kind.ts";
import { type Fields, surelyEqualFields } from "./kinds/object.ts";
import { kindOf } from "./kinds.ts";
import { type TypeCodecs, typeOf } from "./type-codecs.ts";

/**
 * Whether two states that can be encoded surely have the same encoding: a quick test. True is
 * always right. False means that they differ or that the test cannot tell. The states may come from
 * two instances of a program, each with its own classes: `typesA` and `typesB`.
 */
export function surelyEqual(
  a: unknown,
  b: unknown,
  typesA?: TypeCodecs,
  typesB: TypeCodecs | undefined = typesA,
): boolean {
  try {
    return new Look(typesA, typesB).equal(a, b);
  } catch {
    // An object that only looks like a Map, or a codec that throws: encoding it reports what is
    // wrong.
    return false;
  }
}

/**
 * Walks two states side by side. Their encodings are the same if one can be turned into the other by
 * putting an object in place of each object, so it keeps which object stands for which.
 */
class Look implements QuickLook {
  readonly #typesA: TypeCodecs | undefined;
  readonly #typesB: TypeCodecs | undefined;
  /** The object of `b` for each of `a` so far; no two of them are one object. */
  readonly #bOf = new Map<object, object>();
  readonly #metB = new Set<object>();
  #depth = 0;

  constructor(typesA: TypeCodecs | undefined, typesB: TypeCodecs | undefined) {
    this.#typesA = typesA;
    this.#typesB = typesB;
  }

  equal(a: unknown, b: unknown): boolean {
    if (!isObject(a) || !isObject(b)) return Object.is(a, b);
    const known = this.#bOf.get(a);
    if (known !== undefined) return known === b;
    this.#bOf.set(a, b);
    if (this.#metB.size === this.#metB.add(b).size) return false;
    // A state cannot be deeper.
    if (this.#depth >= MAX_DEPTH || !isEquallyClosed(a, b)) return false;
    this.#depth++;
    const equal = this.#equalContents(a, b);
    this.#depth--;
    return equal;
  }

  #equalContents(a: object, b: object): boolean {
    const prototype: unknown = Object.getPrototypeOf(a);
    const isAlike = prototype === Object.getPrototypeOf(b);
    // Most objects are arrays, and looking each up in the table takes a tenth of the time.
    if (prototype === Array.prototype && Array.isArray(a)) {
      return isAlike && Array.isArray(b) && this.equalItems(a, b);
    }
    const kind = kindOf(a);
    if (kind === undefined) return this.#equalInstances(a, b);
    // An object that only has the prototype of `a` throws here, or has no contents to compare.
    return isAlike && (kind.surelyEqual?.(a, b, this) ?? false);
  }

  /** As they are stored: the name of the type, and the fields or what the codec gives. */
  #equalInstances(a: object, b: object): boolean {
    if (kindOf(b) !== undefined) return false;
    const typeA = typeOf(this.#typesA, a);
    const typeB = typeOf(this.#typesB, b);
    if (typeA === undefined || typeB === undefined || typeA.name !== typeB.name) return false;
    if (typeA.plain !== undefined && typeB.plain !== undefined) {
      return surelyEqualFields(a as Fields, b as Fields, this);
    }
    return this.equal(typeA.encode(a), typeB.encode(b));
  }

  equalItems(a: readonly unknown[], b: readonly unknown[]): boolean {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) {
      if (!this.equal(a[i], b[i])) return false;
      if (a[i] === undefined && i in a !== i in b) return false;
    }
    return true;
  }
}

function isEquallyClosed(a: object, b: object): boolean {
  if (Object.isExtensible(a)) return Object.isExtensible(b);
  return integrityOf(a) === integrityOf(b);
}
