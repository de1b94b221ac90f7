import fc from "fast-check";
import { expect, test } from "vitest";
import { fromJson } from "../../../src/codec/json/read.ts";
import { PlacesToJson, toJson, toShortJson } from "../../../src/codec/json/write.ts";
import { same, states } from "../state/states.ts";

const pairs: [unknown, unknown][] = [
  [1.5, 1.5],
  ["text", "text"],
  [null, null],
  [-0, { $number: "-0" }],
  [Number.NaN, { $number: "NaN" }],
  [Number.NEGATIVE_INFINITY, { $number: "-Infinity" }],
  [12n, { $bigint: "12" }],
  [undefined, { $undefined: true }],
  [new Date(0), { $date: "1970-01-01T00:00:00.000Z" }],
  [new Date(Number.NaN), { $date: null }],
  [new Map([[1, new Set([2])]]), { $map: [[1, { $set: [2] }]] }],
  [Float64Array.of(1, -0), { $typed: "Float64Array", values: [1, { $number: "-0" }] }],
  [BigInt64Array.of(-1n), { $typed: "BigInt64Array", values: [{ $bigint: "-1" }] }],
  [Uint8Array.of(1, 255).buffer, { $buffer: "01ff" }],
  [new DataView(Uint8Array.of(1, 255).buffer), { $view: "01ff" }],
  [
    { $set: [1], $$x: 2, a$: 3 },
    { $$set: [1], $$$x: 2, a$: 3 },
  ],
  [{ values: [1] }, { values: [1] }],
];

test.each(pairs)("%o becomes %j, and back", (value, json) => {
  expect(toJson(value)).toEqual(json);
  expect(same(fromJson(JSON.parse(JSON.stringify(toJson(value)))), value)).toBe(true);
});

test("every state has a JSON form, which can be read back if it has no cycle", () => {
  fc.assert(
    fc.property(states, ({ state }) => {
      const text = JSON.stringify(toJson(state));
      fc.pre(text.length < 1e6 && !text.includes('"$ref"'));
      expect(JSON.stringify(toJson(fromJson(JSON.parse(text))))).toBe(text);
    }),
  );
});

test("a cycle is named, a shared part is written twice", () => {
  const shared = { a: 1 };
  const root: Record<string, unknown> = { x: shared, y: shared };
  root.loop = { back: root };
  expect(toJson(root)).toEqual({ x: { a: 1 }, y: { a: 1 }, loop: { back: { $ref: "state" } } });
  const list: unknown[] = [[]];
  (list[0] as unknown[]).push(list[0]);
  expect(toJson(list)).toEqual([[{ $ref: "state[0]" }]]);
  expect(toJson(list, {}, "a.get(1)")).toEqual([[{ $ref: "state.a.get(1)[0]" }]]);
  expect(toShortJson(list, 99, {}, "a[3]").json).toEqual([[{ $ref: "state.a[3][0]" }]]);
});

test("class instances go through their codec", () => {
  class P {
    readonly x: number;
    constructor(x: number) {
      this.x = x;
    }
  }
  const types = {
    P: {
      is: (v: unknown) => v instanceof P,
      encode: (p: P) => p.x,
      decode: (x: number) => new P(x),
    },
  };
  expect(toJson([new P(-0)], types)).toEqual([{ $type: "P", value: { $number: "-0" } }]);
  expect(same(fromJson([{ $type: "P", value: 2 }], types), [new P(2)])).toBe(true);
  expect(() => toJson({ p: new P(1) })).toThrow("state.p is an instance of P");
  expect(() => fromJson({ $type: "P", value: 2 })).toThrow('no type "P"');
});

test("__proto__ is a key like any other", () => {
  const value = JSON.parse('{"__proto__":1}') as object;
  expect(Object.keys(toJson(value) as object)).toEqual(["__proto__"]);
  expect(Object.keys(fromJson(value) as object)).toEqual(["__proto__"]);
});

test.each([
  { $number: "1" },
  { $number: "NaN", more: 1 },
  { $unknown: 1 },
  { $bigint: "1.5" },
  { $bigint: 1 },
  { $undefined: false },
  { $date: "yesterday" },
  { $map: [[1]] },
  { $set: 1 },
  { $typed: "DataView", values: [] },
  { $typed: "Uint8Array", values: [256] },
  { $typed: "Uint8Array", values: ["1"] },
  { $buffer: "0" },
  { $ref: "state" },
])("%j stands for nothing", (json) => {
  expect(() => fromJson(json)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

/** An object whose parts are shared at every level: 2 ** depth of them, written out. */
function doubled(depth: number, inner: unknown = 1): unknown {
  let state = inner;
  for (let i = 0; i < depth; i++) state = [state, state];
  return state;
}

test("shared objects are written once if writing them again would make the JSON too long", () => {
  expect(toJson(doubled(2))).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(toJson(doubled(900))).toEqual(expect.anything());
  const text = JSON.stringify(toJson(doubled(40)));
  expect(text.length).toBeLessThan(10_000);
  expect(text).toContain('{"$ref":"state[0]"}]');
  const table = Array.from({ length: 50_000 }, (_, i) => i);
  const json = toJson({
    a: { table },
    list: new Array(9).fill(table),
    by: new Map([["x", table]]),
  });
  expect((json as { a: unknown }).a).toEqual({ table });
  expect((json as { list: unknown[] }).list).toEqual(new Array(9).fill({ $ref: "state.a.table" }));
  expect((json as { by: unknown }).by).toEqual({ $map: [["x", { $ref: "state.a.table" }]] });
  // A few repetitions, or many small ones, are still written out.
  expect(JSON.stringify(toJson([table, table]))).not.toContain("$ref");
  expect(JSON.stringify(toJson(new Array(1_000).fill({ rate: 0.5 })))).not.toContain("$ref");
});

test("sharing through Maps, Sets, null prototypes and codecs is bounded as well", () => {
  class Pair {
    readonly of: unknown;
    constructor(of: unknown) {
      this.of = of;
    }
  }
  const types = {
    Pair: {
      is: (value: unknown) => value instanceof Pair,
      encode: ({ of }: Pair) => [of, of],
      decode: ([of]: [unknown]) => new Pair(of),
    },
  };
  const kinds: ((inner: unknown) => unknown)[] = [
    (inner) => new Map([[inner, inner]]),
    (inner) => new Set([[inner], [inner]]),
    (inner) => Object.assign(Object.create(null), { a: inner, b: inner }),
    (inner) => new Pair(inner),
  ];
  for (const kind of kinds) {
    let state: unknown = [1];
    for (let i = 0; i < 60; i++) state = kind(state);
    expect(JSON.stringify(toJson(state, types)).length).toBeLessThan(40_000);
    expect(toShortJson(state, 200, types).isCut).toBe(true);
  }
});

test("a value too long for one text is refused, and can be shown in short", () => {
  const text = "x".repeat(2 ** 28);
  for (const state of [text, { a: [text] }, new Map([[1, text]])]) {
    expect(() => toJson(state)).toThrow(/at most 268,435,456 characters as JSON/);
    const { json, isCut } = toShortJson(state, 50);
    expect([JSON.stringify(json).length < 100, isCut]).toEqual([true, true]);
  }
});

test("a short form is cut, with a sign for each omission", () => {
  expect(toShortJson([1, "two", { three: 3 }], 1_000)).toEqual({
    json: [1, "two", { three: 3 }],
    isCut: false,
  });
  expect(toShortJson([1, 2, 3, 4], 15)).toEqual({ json: [1, 2, "…"], isCut: true });
  expect(toShortJson({ a: "x".repeat(100), b: 1 }, 20).json).toEqual({
    a: `${"x".repeat(13)}…`,
    "…": "…",
  });
  expect(toShortJson(new Float64Array(1e6), 40).json).toMatchObject({ $typed: "Float64Array" });
  expect(toShortJson(new ArrayBuffer(1e6), 12).json).toEqual({ $buffer: "0000000000…" });
  expect(toShortJson(2n ** 1_000_000n, 100)).toEqual({
    json: { $bigint: "a bigint of 1000001 bits" },
    isCut: true,
  });
});

test("values at several places of one state: what leads into a cycle is written once", () => {
  interface Body {
    x: number;
    world?: object;
  }
  const bodies: Body[] = [{ x: 1 }, { x: 2 }];
  const world = { bodies, gravity: [0, -10] };
  for (const body of bodies) body.world = world;
  const places = new PlacesToJson();
  expect(places.toJson(bodies[1], "state.bodies[1]")).toEqual({
    x: 2,
    world: {
      bodies: [{ x: 1, world: { $ref: "state.bodies[1].world" } }, { $ref: "state.bodies[1]" }],
      gravity: [0, -10],
    },
  });
  expect(places.toJson(world, "state")).toEqual({ $ref: "state.bodies[1].world" });
  expect(places.toJson({ bodies }, "state.more")).toEqual({
    bodies: { $ref: "state.bodies[1].world.bodies" },
  });
  // Anything else is written wherever it is.
  for (let i = 0; i < 2; i++) {
    expect(places.toJson(world.gravity, "state.gravity")).toEqual([0, -10]);
  }
});

test("values at several places are refused once all together are too long", () => {
  const places = new PlacesToJson();
  const text = "x".repeat(2 ** 27);
  places.toJson(text, "state.a");
  expect(() => places.toJson(text, "state.b")).toThrow(/at most 268435456 characters/);
});
