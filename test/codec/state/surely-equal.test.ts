import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../../src/codec/decode.ts";
import { encode } from "../../../src/codec/encode.ts";
import { surelyEqual } from "../../../src/codec/state/surely-equal.ts";
import type { TypeCodecs } from "../../../src/codec/state/type-codecs.ts";
import { numbers, states } from "./states.ts";

const same = (a: unknown, b: unknown, typesA?: TypeCodecs, typesB = typesA) =>
  Buffer.compare(encode(a, { types: typesA }), encode(b, { types: typesB })) === 0;

/** The classes of one instance of a program: another has other classes of the same names. */
function program() {
  class Body {
    x: unknown = 0;
  }
  class Star extends Body {}
  class Vault {
    #content: unknown;
    constructor(content?: unknown) {
      this.#content = content;
    }
    fill(content: unknown) {
      this.#content = content;
    }
    get content() {
      return this.#content;
    }
  }
  class Stack extends Array<unknown> {
    label: unknown = undefined;
  }
  const types = {
    Body,
    Vault: {
      is: (value: unknown) => value instanceof Vault,
      encode: (vault: Vault) => ({ content: vault.content }),
      create: () => new Vault(),
      fill: (vault: Vault, { content }: { content: unknown }) => vault.fill(content),
    },
    Star,
    Stack: {
      is: (value: unknown) => value instanceof Stack,
      encode: (stack: Stack) => [stack.label, ...stack],
      create: () => new Stack(),
      fill: (stack: Stack, [label, ...items]: unknown[]) =>
        Object.assign(stack, { label }).push(...items),
    },
  };
  return { Body, Star, Vault, Stack, types };
}
type Program = ReturnType<typeof program>;
const [first, second] = [program(), program()];

/** How to build a graph of objects: its objects, their fields, and which are closed. */
interface Plan {
  readonly objects: readonly number[];
  readonly values: readonly (readonly [number, string, unknown])[];
  readonly links: readonly (readonly [number, string, number])[];
  readonly closed: readonly (readonly [number, "freeze" | "seal" | "preventExtensions"])[];
}
const MAKERS: readonly ((of: Program) => object)[] = [
  ({ Body }) => new Body(),
  ({ Star }) => new Star(),
  ({ Vault }) => new Vault(),
  ({ Stack }) => new Stack(),
  () => ({}),
  () => [],
  () => new Map(),
  () => new Set(),
];
const at = fc.nat(5);
const names = fc.constantFrom("x", "y", "7");
const plans: fc.Arbitrary<Plan> = fc.record({
  objects: fc.array(fc.nat(MAKERS.length - 1), { minLength: 1, maxLength: 6 }),
  values: fc.array(fc.tuple(at, names, fc.oneof(fc.constantFrom(0, -0, undefined), numbers)), {
    maxLength: 6,
  }),
  links: fc.array(fc.tuple(at, names, at), { maxLength: 16 }),
  closed: fc.array(
    fc.tuple(at, fc.constantFrom("freeze" as const, "seal" as const, "preventExtensions" as const)),
    { maxLength: 2 },
  ),
});

function build({ objects, values, links, closed }: Plan, of: Program): unknown {
  const made = objects.map((maker) => MAKERS[maker]?.(of) as object);
  const object = (i: number) => made[i % made.length] as object;
  const put = (holder: object, key: string, value: unknown) => {
    if (holder instanceof of.Stack && key === "x") holder.label = value;
    else if (Array.isArray(holder)) holder.push(value);
    else if (holder instanceof of.Vault) holder.fill(value);
    else if (holder instanceof Map) holder.set(key === "y" ? value : key, value);
    else if (holder instanceof Set) holder.add(value);
    else Object.assign(holder, { [key]: value });
  };
  for (const [i, key, value] of values) put(object(i), key, value);
  for (const [i, key, to] of links) put(object(i), key, object(to));
  for (const [i, how] of closed) {
    if (!(object(i) instanceof of.Stack || object(i) instanceof of.Vault)) {
      (Object[how] as (given: object) => object)(object(i));
    }
  }
  return made[0];
}

/** Two plans that differ in one entry, or not at all. */
const pairs: fc.Arbitrary<readonly [Plan, Plan]> = fc
  .tuple(
    plans,
    plans,
    fc.constantFrom<(keyof Plan)[]>("objects", "values", "links", "closed"),
    fc.nat(15),
  )
  .map(([plan, other, part, i]) => {
    const entries: readonly unknown[] = plan[part];
    const others: readonly unknown[] = other[part];
    if (i >= entries.length || others.length === 0) return [plan, plan];
    return [plan, { ...plan, [part]: entries.with(i, others[i % others.length]) }];
  });

describe("surelyEqual", () => {
  test("if it says yes, the encodings are the same", () => {
    fc.assert(
      fc.property(states, states, (a, b) => {
        if (surelyEqual(a.state, b.state)) expect(same(a.state, b.state)).toBe(true);
      }),
    );
  });

  test("it tells apart graphs of instances, from two instances of a program, as encodings do", () => {
    fc.assert(
      fc.property(pairs, ([planA, planB]) => {
        const [a, b] = [build(planA, first), build(planB, second)];
        const expected = same(a, b, first.types, second.types);
        const said = surelyEqual(a, b, first.types, second.types);
        if (said !== expected) throw new Error(inspect({ said, a, b }, { depth: 8 }));
      }),
    );
  });

  test("it says yes to a copy of any state", () => {
    fc.assert(
      fc.property(states, ({ state }) => {
        expect(surelyEqual(state, decode(encode(state)))).toBe(true);
      }),
    );
  });

  test.each([
    ["a number", 1.5],
    ["fields", { a: -0, b: Number.NaN, c: "x", d: undefined, e: 10n, f: null }],
    ["lists in lists", [[1, 2], [], [[3]]]],
    ["maps and sets", { m: new Map([[{ k: 1 }, [1]]]), s: new Set([1, "a"]) }],
    ["typed arrays", [Float64Array.of(1, Number.NaN), Uint8Array.of(1, 2, 3), new ArrayBuffer(8)]],
    ["dates", [new Date(5), new Date(Number.NaN)]],
    ["frozen, sealed and closed objects", [Object.freeze({ a: 1 }), Object.seal([1]), closedMap()]],
    ["views of one buffer", viewsOf(new ArrayBuffer(24))],
    ["a long chain", chain(900)],
  ])("says yes to a copy: %s", (_, value) => {
    expect(surelyEqual(value, decode(encode(value)))).toBe(true);
  });

  test.each([
    ["fields", ({ Body }: Program) => new Body()],
    ["a codec", ({ Vault }: Program) => new Vault([1])],
    ["a frozen instance", ({ Body }: Program) => Object.freeze(new Body())],
    [
      "a cycle",
      ({ Body, Vault }: Program) => {
        const body = new Body();
        body.x = new Map([[body, new Vault(body)]]);
        return body;
      },
    ],
  ])("says yes to instances of two classes of one name: %s", (_, make) => {
    expect(surelyEqual(make(first), make(second), first.types, second.types)).toBe(true);
    // Without the types there is no encoding.
    expect(surelyEqual(make(first), make(second), first.types, {})).toBe(false);
  });

  test("the first type that takes an instance counts, as in the encoding", () => {
    const { Body, types } = first;
    const any = { ...types.Vault, is: () => true, encode: () => 1 };
    const bodies = [new Body(), Object.assign(new Body(), { x: 1 })];
    expect(surelyEqual(bodies[0], bodies[1], { Body, any })).toBe(false);
    expect(surelyEqual(bodies[0], bodies[1], { any, Body })).toBe(true);
    expect(same(bodies[0], bodies[1], { any, Body })).toBe(true);
  });

  test("a codec that would take a plain object does not get it", () => {
    const any = { is: () => true, encode: ({ x }: { x: unknown }) => x, decode: () => ({}) };
    expect(surelyEqual(new first.Body(), { x: 0 }, { any })).toBe(false);
    expect(same(new first.Body(), { x: 0 }, { any })).toBe(false);
  });

  test("a class on one side may have a codec on the other", () => {
    const codec = {
      is: () => true,
      encode: ({ x }: { x: unknown }) => ({ x }),
      decode: () => ({}),
    };
    const { Body } = first;
    const [body, other] = [new Body(), Object.assign(new Body(), { x: 1 })];
    expect(surelyEqual(body, body, { Body }, { Body: codec })).toBe(true);
    expect(same(body, body, { Body }, { Body: codec })).toBe(true);
    expect(surelyEqual(body, other, { Body }, { Body: codec })).toBe(false);
  });

  const shared = { x: 1 };
  const cycle = (n: number) => {
    const list: unknown[] = [n];
    list.push(list);
    return list;
  };
  const buffer = new ArrayBuffer(8);
  test.each([
    ["zero and minus zero", 0, -0],
    ["the order of fields", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["a field more", { a: 1 }, { a: 1, b: undefined }],
    ["shared objects", [shared, shared], [{ x: 1 }, { x: 1 }]],
    ["shared objects, the other way", [{ x: 1 }, { x: 1 }], [shared, shared]],
    [
      "a shared buffer",
      [new Uint8Array(buffer), new Uint8Array(buffer)],
      [new Uint8Array(8), new Uint8Array(8)],
    ],
    ["cycles", cycle(1), cycle(2)],
    ["kinds of lists", [1], { 0: 1 }],
    ["kinds of typed arrays", Int8Array.of(1), Uint8Array.of(1)],
    ["the last byte", Uint8Array.of(1, 2, 3, 4, 5), Uint8Array.of(1, 2, 3, 4, 6)],
    ["frozen objects", Object.freeze({ a: 1 }), { a: 1 }],
    ["null prototypes", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      "the order of a Map",
      new Map([
        [1, 1],
        [2, 2],
      ]),
      new Map([
        [2, 2],
        [1, 1],
      ]),
    ],
    ["the order of a Set", new Set([1, 2]), new Set([2, 1])],
    ["a hole", [undefined], new Array(1)],
    ["sealed and frozen objects", Object.freeze({ a: 1 }), Object.seal({ a: 1 })],
    ["the buffer of a view, frozen", viewAndBuffer(Object.freeze), viewAndBuffer((it) => it)],
    ["parts of one buffer", partOf(0), partOf(8)],
    ["a hidden part of a buffer", partOf(0), partOf(0, 1)],
    ["dates", new Date(1), new Date(2)],
    ["the types of instances", new first.Body(), new first.Star()],
    ["an instance and its fields", new first.Body(), { x: 0 }],
    ["fields of instances", new first.Body(), Object.assign(new first.Body(), { y: 1 })],
    ["private contents", new first.Vault([1]), new first.Vault([2])],
    ["a label that only the codec stores", labelled("a"), labelled("b")],
    [
      "sharing inside a codec",
      [new first.Vault(shared), shared],
      [new first.Vault({ x: 1 }), shared],
    ],
    ["a codec and its stored value", new first.Vault(1), { content: 1 }],
    [
      "an object that only looks like a Map",
      Object.create(Map.prototype),
      Object.create(Map.prototype),
    ],
  ])("does not say yes: %s", (_, a, b) => {
    expect(surelyEqual(a, b, first.types)).toBe(false);
    expect(surelyEqual(b, a, first.types)).toBe(false);
  });
});

function closedMap() {
  return Object.preventExtensions(new Map([[1, 2]]));
}

function viewsOf(buffer: ArrayBuffer) {
  return [
    new Uint8Array(buffer, 1, 3),
    new Float64Array(buffer, 8, 1),
    new DataView(buffer),
    buffer,
  ];
}

function chain(length: number) {
  let list: unknown = null;
  for (let i = 0; i < length; i++) list = { next: list };
  return list;
}

function viewAndBuffer(close: (buffer: ArrayBuffer) => ArrayBuffer) {
  const buffer = new ArrayBuffer(8);
  return [new Uint8Array(buffer), close(buffer)];
}

function partOf(offset: number, hidden = 0) {
  const buffer = new ArrayBuffer(16);
  new Uint8Array(buffer)[15] = hidden;
  return new Uint8Array(buffer, offset, 4);
}

function labelled(label: string) {
  return Object.assign(new first.Stack(), { label });
}
