import { inspect } from "node:util";
import fc from "fast-check";

/** A number, awkward or usual. */
export const numbers: fc.Arbitrary<number> = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.integer({ min: -300, max: 70_000 }),
  fc.constantFrom(-0, Number.NaN, 2 ** 53, -(2 ** 53), 2 ** 32, 2 ** 32 - 1, 5e-324, 0.1),
);

/** A string: ASCII, any Unicode, and any UTF-16, lone surrogates included. */
export const strings: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("\ufeff", `\ufeff${"x".repeat(100)}`, "é".repeat(50), "\ud800", "a\udc00b"),
);

const keys: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "x", "id", "2", "10", "01", "") },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "hasOwnProperty", "$ref") },
  { weight: 1, arbitrary: strings },
);

const buffers: fc.Arbitrary<ArrayBuffer> = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => bytes.slice().buffer);

const views: fc.Arbitrary<object> = fc.oneof(
  buffers,
  buffers.map((buffer) => new DataView(buffer)),
  fc.tuple(fc.nat(4), fc.nat(4)).map(([at, length]) => {
    const buffer = new ArrayBuffer(64);
    new Uint8Array(buffer).fill(7);
    return [new Float64Array(buffer, 8 * at, length), buffer];
  }),
  fc.tuple(fc.nat(9), fc.nat(9)).map(([at, n]) => {
    const buffer = new ArrayBuffer(20);
    return { buffer, view: new DataView(buffer, at, n) };
  }),
  // Two views that show all of a buffer, which the state does not hold itself.
  fc.nat(8).map((at) => {
    const bytes = new Uint8Array(64).fill(5);
    return [bytes.subarray(0, 8 * at), new Float64Array(bytes.buffer, 8 * at)];
  }),
  fc.uint8Array(),
  fc.uint8ClampedArray(),
  fc.int8Array(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array({ noNaN: true }),
  fc.float64Array({ noNaN: true }),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
);

const leaves: fc.Arbitrary<unknown> = fc.oneof(
  numbers,
  strings,
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 500n), max: 2n ** 500n }),
  fc.date({ noInvalidDate: false }),
  views,
);

function record(entries: readonly (readonly [string, unknown])[], bare: boolean): object {
  const object: object = bare ? Object.create(null) : {};
  for (const [key, value] of entries) {
    const property = { writable: true, enumerable: true, configurable: true };
    Object.defineProperty(object, key, { ...property, value });
  }
  return object;
}

/**
 * Two different objects of each kind, and the path of the difference; the kinds by the names of
 * `STATE_KINDS`. A new kind needs an entry.
 */
export const samples: Readonly<
  Record<string, readonly [a: () => object, b: () => object, path: string]>
> = {
  Object: [() => ({ x: 1 }), () => ({ x: 2 }), "state.x"],
  "object without prototype": [() => bare(1), () => bare(2), "state.x"],
  Array: [() => [0, [1]], () => [0, [2]], "state[1][0]"],
  Map: [() => new Map([[1, "a"]]), () => new Map([[1, "b"]]), "state.get(1)"],
  Set: [() => new Set([1, 2]), () => new Set([1, 3]), "state.values()[1]"],
  Date: [() => new Date(5), () => new Date(Number.NaN), "state"],
  ArrayBuffer: [() => Uint8Array.of(1).buffer, () => Uint8Array.of(2).buffer, "state"],
  DataView: [
    () => new DataView(Uint8Array.of(1).buffer),
    () => new DataView(Uint8Array.of(2).buffer),
    "state",
  ],
  ...Object.fromEntries(
    [Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array, Int8Array, Int16Array, Int32Array]
      .concat([Float32Array, Float64Array] as never)
      .map((View) => [View.name, [() => View.of(1, 2), () => View.of(1, 3), "state[1]"]]),
  ),
  ...Object.fromEntries(
    [BigInt64Array, BigUint64Array].map((View) => [
      View.name,
      [() => View.of(1n, 2n), () => View.of(1n, 3n), "state[1]"],
    ]),
  ),
};

function bare(x: number): object {
  return Object.assign(Object.create(null), { x });
}

/** A state without shared parts. */
export const trees: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaves,
    fc.array(tie("node"), { maxLength: 5 }),
    fc
      .tuple(fc.array(fc.tuple(keys, tie("node")), { maxLength: 12 }), fc.boolean())
      .map(([entries, bare]) => record(entries, bare)),
    fc.array(fc.tuple(tie("node"), tie("node")), { maxLength: 5 }).map((list) => new Map(list)),
    fc.array(tie("node"), { maxLength: 5 }).map((list) => new Set(list)),
  ),
})).node;

/** Objects with their level of integrity, by their place among all of a state. */
const closings = fc.array(fc.tuple(fc.nat(), fc.constantFrom("freeze", "seal", "open")), {
  maxLength: 4,
});

/** Closes some of the objects, if JavaScript allows it. */
function closeSome(objects: readonly object[], chosen: readonly (readonly [number, string])[]) {
  for (const [at, how] of chosen) {
    const object = objects[at % Math.max(objects.length, 1)];
    if (object === undefined) continue;
    const hasElements = ArrayBuffer.isView(object) && object.byteLength > 0;
    if (how === "open" || hasElements) Object.preventExtensions(object);
    else if (how === "seal") Object.seal(object);
    else Object.freeze(object);
  }
}

/**
 * A state in which some objects occur more than once, also inside themselves, and some are frozen
 * or sealed; in a box that says how to print it, because as a tree it would have exponential size.
 */
export const states: fc.Arbitrary<{ readonly state: unknown }> = fc
  .tuple(trees, fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(4)), { maxLength: 6 }), closings)
  .map(([tree, links, closed]) => {
    const objects = objectsIn(tree);
    for (const [from, to, how] of links) {
      const holder = objects[from % Math.max(objects.length, 1)];
      const target = objects[to % Math.max(objects.length, 1)];
      if (holder !== undefined && target !== undefined) link(holder, target, how);
    }
    closeSome(objectsIn(tree), closed);
    return { state: tree, [fc.toStringMethod]: () => inspect(tree, { depth: 8 }) };
  });

function link(holder: object, target: object, how: number): void {
  const aim = how === 0 && ArrayBuffer.isView(target) ? target.buffer : target;
  const view = how === 1 && ArrayBuffer.isView(target) ? new Uint8Array(target.buffer) : aim;
  if (Array.isArray(holder)) holder.push(view);
  else if (holder instanceof Map) holder.set(how < 3 ? how : view, view);
  else if (holder instanceof Set) holder.add(view);
  else if (!(ArrayBuffer.isView(holder) || holder instanceof Date || holder instanceof ArrayBuffer))
    Object.assign(holder, { [`link${how}`]: view });
}

function objectsIn(value: unknown, found: object[] = []): object[] {
  if (typeof value !== "object" || value === null || found.includes(value)) return found;
  found.push(value);
  if (ArrayBuffer.isView(value)) return found;
  const parts =
    value instanceof Map
      ? [...value].flat()
      : value instanceof Set
        ? [...value]
        : Object.values(value);
  for (const part of parts) objectsIn(part, found);
  return found;
}

/**
 * Whether a program could not tell two states apart, including which of their parts are one object.
 * Independent of the code that it judges.
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
