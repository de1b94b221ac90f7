/**
 * Whether two states surely have one encoding: a quick look that is right where it says yes, for
 * values that have an encoding. It says no where they differ, and where it cannot tell, such as at an
 * instance of a class or at a frozen object.
 */
export function surelyEqual(a: unknown, b: unknown): boolean {
  try {
    return new Comparison().equal(a, b, 0);
  } catch {
    // What only looks like a Map, or a getter that throws: the encoding says what is wrong.
    return false;
  }
}

/** Deeper values are left to the encoding. */
const DEPTH = 200;

class Comparison {
  /** Which object stands for which: where one comes again, the other must come again too. */
  readonly #bOf = new Map<object, object>();
  readonly #aOf = new Map<object, object>();

  equal(a: unknown, b: unknown, depth: number): boolean {
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
      return Object.is(a, b);
    }
    const [knownB, knownA] = [this.#bOf.get(a), this.#aOf.get(b)];
    if (knownA !== undefined || knownB !== undefined) return knownB === b && knownA === a;
    this.#bOf.set(a, b);
    this.#aOf.set(b, a);
    return depth < DEPTH && this.#sameContent(a, b, depth + 1);
  }

  #sameContent(a: object, b: object, depth: number): boolean {
    const prototype = Object.getPrototypeOf(a);
    if (prototype !== Object.getPrototypeOf(b)) return false;
    if (!Object.isExtensible(a) || !Object.isExtensible(b)) return false;
    if (Array.isArray(a)) return Array.isArray(b) && this.#sameItems(a, b, depth);
    if (ArrayBuffer.isView(a)) return ArrayBuffer.isView(b) && this.#sameBytes(a, b);
    if (prototype === Object.prototype) return this.#sameFields(a, b, depth);
    if (prototype === Map.prototype) {
      const [mapA, mapB] = [a, b] as [Map<unknown, unknown>, Map<unknown, unknown>];
      return (
        this.#sameItems([...mapA.keys()], [...mapB.keys()], depth) &&
        this.#sameItems([...mapA.values()], [...mapB.values()], depth)
      );
    }
    if (prototype !== Set.prototype) return false;
    return this.#sameItems([...(a as Set<unknown>)], [...(b as Set<unknown>)], depth);
  }

  #sameFields(a: object, b: object, depth: number): boolean {
    const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
    if (keysA.length !== keysB.length) return false;
    for (let i = 0; i < keysA.length; i++) {
      const key = keysA[i] as keyof object;
      if (key !== keysB[i] || !this.equal(a[key], b[key], depth)) return false;
    }
    return true;
  }

  #sameItems(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) {
      if (!this.equal(a[i], b[i], depth)) return false;
      if (a[i] === undefined && i in a !== i in b) return false;
    }
    return true;
  }

  /** Of views that show all of their buffer, which another view may show as well. */
  #sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
    if (a.byteLength !== a.buffer.byteLength || b.byteLength !== b.buffer.byteLength) return false;
    if (a.byteLength !== b.byteLength) return false;
    if (this.#bOf.has(a.buffer) || this.#aOf.has(b.buffer)) return false;
    this.#bOf.set(a.buffer, b.buffer);
    this.#aOf.set(b.buffer, a.buffer);
    return equalWords(a.buffer, b.buffer);
  }
}

/** Whether two buffers of one length hold the same, compared four bytes at a time. */
function equalWords(a: ArrayBufferLike, b: ArrayBufferLike): boolean {
  const count = Math.floor(a.byteLength / 4);
  const [wordsA, wordsB] = [new Int32Array(a, 0, count), new Int32Array(b, 0, count)];
  for (let i = 0; i < count; i++) if (wordsA[i] !== wordsB[i]) return false;
  const [restA, restB] = [new Uint8Array(a, 4 * count), new Uint8Array(b, 4 * count)];
  for (let i = 0; i < restA.length; i++) if (restA[i] !== restB[i]) return false;
  return true;
}
