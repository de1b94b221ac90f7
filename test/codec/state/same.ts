/**
 * Whether no program could tell two states apart, object identity aside from which of their parts
 * are one object. Written apart from the code that it judges.
 */
export function same(a: unknown, b: unknown, pairs: Map<object, object> = new Map()): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
    return Object.is(a, b);
  }
  const partner = pairs.get(a);
  if (partner !== undefined) return partner === b;
  if ([...pairs.values()].includes(b)) return false;
  pairs.set(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const tests = [Object.isExtensible, Object.isFrozen, Object.isSealed];
  if (tests.some((test) => test(a) !== test(b))) return false;
  const list = (x: unknown[], y: unknown[]) =>
    x.length === y.length && x.every((item, i) => same(item, y[i], pairs));
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  if (a instanceof Map) return list([...a].flat(), [...(b as typeof a)].flat());
  if (a instanceof Set) return list([...a], [...(b as typeof a)]);
  if (a instanceof ArrayBuffer) return sameBytes(a, b as ArrayBuffer);
  if (ArrayBuffer.isView(a)) {
    const other = b as typeof a;
    return (
      a.byteOffset === other.byteOffset &&
      a.byteLength === other.byteLength &&
      same(a.buffer, other.buffer, pairs)
    );
  }
  const keys = Reflect.ownKeys(a);
  const get = (object: object, key: PropertyKey) =>
    Object.getOwnPropertyDescriptor(object, key)?.value as unknown;
  return (
    list(keys, Reflect.ownKeys(b)) && keys.every((key) => same(get(a, key), get(b, key), pairs))
  );
}

function sameBytes(a: ArrayBuffer, b: ArrayBuffer): boolean {
  const [x, y] = [new Uint8Array(a), new Uint8Array(b)];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}
