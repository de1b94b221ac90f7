import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { decode } from "../../src/codec/decode.ts";
import { countDifferences, differences } from "../../src/codec/differences.ts";
import { encode } from "../../src/codec/encode.ts";
import { states } from "./state/states.ts";

test("the list is empty exactly when the encodings are equal", () => {
  fc.assert(
    fc.property(states, states, ({ state: a }, { state: b }) => {
      expect(differences(a, decode(encode(a)))).toEqual([]);
      const equal = toHex(encode(a)) === toHex(encode(b));
      expect(differences(a, b).length === 0).toBe(equal);
    }),
    { numRuns: 1000 },
  );
});

test.each<[string, unknown, unknown, unknown[]]>([
  ["scalars", 1, 2, [{ path: "state", a: 1, b: 2 }]],
  ["zeros", 0, -0, [{ path: "state", a: 0, b: -0 }]],
  ["NaN is itself", Number.NaN, Number.NaN, []],
  ["types", { x: 1 }, { x: "1" }, [{ path: "state.x", a: 1, b: "1" }]],
  ["an object and an array", { x: {} }, { x: [] }, [{ path: "state.x", a: {}, b: [] }]],
  [
    "fields, in order, missing ones last",
    { a: 1, b: [1, { c: 2 }], d: 1 },
    { e: undefined, a: 2, b: [1, { c: 3 }] },
    [
      { path: "state.a", a: 1, b: 2 },
      { path: "state.b[1].c", a: 2, b: 3 },
      { path: "state.d", a: 1, b: undefined, missing: "b" },
      { path: "state.e", a: undefined, b: undefined, missing: "a" },
    ],
  ],
  ["array lengths", [1, 2], [1], [{ path: "state[1]", a: 2, b: undefined, missing: "b" }]],
  ["typed arrays", Int8Array.of(1, 2), Int8Array.of(1, 3), [{ path: "state[1]", a: 2, b: 3 }]],
  ["dates", [new Date(1)], [new Date(2)], [{ path: "state[0]", a: new Date(1), b: new Date(2) }]],
  [
    "Map values",
    new Map([["k", 1]]),
    new Map([["k", 2]]),
    [{ path: 'state.get("k")', a: 1, b: 2 }],
  ],
  [
    "Map order",
    new Map([
      [1, 1],
      [2, 2],
    ]),
    new Map([
      [2, 2],
      [1, 1],
    ]),
    [{ path: "state", a: [1, 2], b: [2, 1], about: "order" }],
  ],
  [
    "Map keys that are objects",
    new Map([[{ k: 1 }, 1]]),
    new Map([[{ k: 2 }, 1]]),
    [{ path: "state.keys()[0].k", a: 1, b: 2 }],
  ],
  [
    "Set members",
    new Set([1, 2]),
    new Set([1, 3]),
    [
      { path: "state.values()[1]", a: 2, b: undefined, missing: "b" },
      { path: "state.values()[1]", a: undefined, b: 3, missing: "a" },
    ],
  ],
  [
    "key order",
    { s: { a: 1, b: 2 } },
    { s: { b: 2, a: 1 } },
    [{ path: "state.s", a: ["a", "b"], b: ["b", "a"], about: "order" }],
  ],
])("%s", (_, a, b, expected) => {
  expect(differences(a, b)).toEqual(expected);
});

describe("differences that only a step would notice", () => {
  test("sharing", () => {
    const shared = { x: 1 };
    expect(differences([shared, shared], [{ x: 1 }, { x: 1 }])).toEqual([
      {
        path: "state[1]",
        a: "the same object as state[0]",
        b: "a separate object",
        about: "sharing",
      },
    ]);
  });

  test("the buffer behind a view", () => {
    const buffer = new ArrayBuffer(4);
    const state = (from: number) => ({ buffer, v: new Uint8Array(buffer, from, 2) });
    const [found] = differences(state(1), state(2));
    expect(found).toMatchObject({ path: "state.v", about: "buffer" });
  });

  test("what is frozen, sealed or not extensible", () => {
    expect(differences({ v: Object.freeze([1]) }, { v: [1] })).toEqual([
      { path: "state.v", a: "frozen", b: "open to changes", about: "integrity" },
    ]);
    expect(differences(Object.seal({ x: 1 }), Object.preventExtensions({ x: 1 }))).toEqual([
      { path: "state", a: "sealed", b: "not extensible", about: "integrity" },
    ]);
    expect(differences([Object.freeze(new Map())], [Object.freeze(new Map())])).toEqual([]);
  });
});

test("cycles come to an end", () => {
  const loop = (x: number) => {
    const list: unknown[] = [x];
    list.push({ list });
    return list;
  };
  expect(differences(loop(1), loop(2))).toEqual([{ path: "state[0]", a: 1, b: 2 }]);
  expect(differences(loop(1), loop(1))).toEqual([]);
});

test("the list is bounded, and the work with it", () => {
  const a = new Float64Array(1e6);
  const b = new Float64Array(1e6).fill(1);
  expect(differences(a, b)).toHaveLength(100);
  expect(differences(a, b, { limit: 3 }).map(({ path }) => path)).toEqual([
    "state[0]",
    "state[1]",
    "state[2]",
  ]);
  expect(differences(1, 2, { limit: 0 })).toEqual([]);
});

test("counting shows every difference, and counts equal fields too", () => {
  fc.assert(
    fc.property(states, states, ({ state: a }, { state: b }) => {
      const shown: unknown[] = [];
      const { different, fields } = countDifferences(a, b, (change) => shown.push(change));
      expect(shown).toEqual(differences(a, b, { limit: Number.POSITIVE_INFINITY }));
      expect(different).toBe(shown.length);
      expect(fields).toBeGreaterThanOrEqual(different);
      const [ab, ba] = [fields, countDifferences(b, a, () => {}).fields];
      expect(Math.abs(ab - ba)).toBeLessThanOrEqual(different);
    }),
    { numRuns: 500 },
  );
});

test.each<[string, unknown, unknown, number, number]>([
  ["a number", 1, 2, 1, 1],
  ["equal numbers", 1, 1, 1, 0],
  [
    "fields",
    { x: 1, y: { z: 2, w: "a" }, list: [1, 2] },
    { x: 1, y: { z: 3, w: "a" }, list: [1, 2] },
    5,
    1,
  ],
  [
    "empty containers",
    { list: [], map: new Map(), none: undefined },
    { list: [], map: new Map(), none: undefined },
    1,
    0,
  ],
  ["elements", new Float64Array(1_000), new Float64Array(1_000).fill(1, 10, 30), 1_000, 20],
  ["missing ones", [1, 2], [1, 2, 3, 4], 4, 2],
  [
    "Map, Set, Date",
    [new Map([["k", 1]]), new Set([1, 2]), new Date(1)],
    [new Map([["k", 2]]), new Set([1, 3]), new Date(1)],
    5,
    3,
  ],
  ["bytes", new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer, 1, 0],
])("fields of %s", (_, a, b, fields, different) => {
  expect(countDifferences(a, b, () => {})).toEqual({ fields, different });
});

test("instances are compared by their stored values", () => {
  class P {
    readonly x: number;
    constructor(x: number) {
      this.x = x;
    }
  }
  const types = {
    P: {
      is: (v: unknown) => v instanceof P,
      encode: (p: P) => ({ x: p.x }),
      decode: () => new P(0),
    },
  };
  expect(differences({ p: new P(1) }, { p: new P(2) }, { types })).toEqual([
    { path: "state.p.x", a: 1, b: 2 },
  ]);
  expect(differences({ p: new P(1) }, { p: new P(1) }, { types })).toEqual([]);
});

test("shared structure is compared pair by pair, not path by path", () => {
  const doubled = (depth: number, inner: number) => {
    let state: unknown = [inner];
    for (let i = 0; i < depth; i++) state = [state, state];
    return state;
  };
  expect(differences(doubled(800, 1), doubled(800, 1))).toEqual([]);
  expect(
    differences(doubled(800, 1), doubled(800, 2), { limit: Number.POSITIVE_INFINITY }),
  ).toHaveLength(1);
  const found = differences(doubled(60, 1), doubled(61, 1), { limit: Number.POSITIVE_INFINITY });
  expect(found.length).toBeLessThan(200);
});

test("two lists whose members know their neighbours are not compared member by member with each other", () => {
  interface Member {
    n: number;
    next?: Member;
    before?: Member;
    jump?: Member;
  }
  const ring = (count: number, jump: number): Member => {
    const members: Member[] = Array.from({ length: count }, (_, n) => ({ n }));
    for (const [i, member] of members.entries()) {
      member.next = members[(i + 1) % count]!;
      member.before = members[(i + count - 1) % count]!;
      member.jump = members[(i + jump) % count]!;
    }
    return members[0]!;
  };
  let count = 0;
  countDifferences(ring(300, 7), ring(300, 11), () => count++);
  expect(count).toBeGreaterThan(0);
  // All pairs would be 90,000.
  expect(count).toBeLessThan(10 * 300);
});

test("an object that one state shares and the other does not is compared in both places", () => {
  const one = { x: 1 };
  expect(differences({ a: one, b: one }, { a: { x: 1 }, b: { x: 2 } })).toEqual([
    {
      path: "state.b",
      a: "the same object as state.a",
      b: "a separate object",
      about: "sharing",
    },
    { path: "state.b.x", a: 1, b: 2 },
  ]);
});
