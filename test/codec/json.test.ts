import fc from "fast-check";
import { expect, test } from "vitest";
import { fromJson, toJson } from "../../src/codec/json.ts";
import { same } from "./same.ts";
import { states } from "./states.ts";

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

test("all states can be shown, and what is shown read again where there is no cycle", () => {
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
  expect(() => fromJson({ $type: "P", value: 2 })).toThrow("no codec");
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
