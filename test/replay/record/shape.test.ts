import { describe, expect, test } from "vitest";
import { isRewindError } from "../../../src/base/errors.ts";
import { fitting } from "../../../src/replay/record/shape.ts";

class Agent {
  age = 1;
}

const types = {
  Agent: {
    is: (value: unknown) => value instanceof Agent,
    encode: (agent: Agent) => agent.age,
    decode: (age: number) => Object.assign(new Agent(), { age }),
  },
};

const bare = (fields: object): object => Object.assign(Object.create(null), fields);

/** One value of every kind that a state can hold. */
const KINDS: readonly [name: string, value: unknown][] = [
  ["a number", Number.NaN],
  ["a text", "x"],
  ["a boolean", false],
  ["a bigint", 1n],
  ["a Date", new Date(0)],
  ["an array", [1]],
  ["a Map", new Map()],
  ["a Set", new Set()],
  ["an ArrayBuffer", new ArrayBuffer(2)],
  ["a DataView", new DataView(new ArrayBuffer(2))],
  ["a Float64Array", new Float64Array(2)],
  ["an Int8Array", new Int8Array(2)],
  ["a BigInt64Array", new BigInt64Array(2)],
  ["an object", {}],
  ["an instance of Agent", new Agent()],
];

describe("a value replaces another", () => {
  test("only if it is of the same kind", () => {
    for (const [expected, present] of KINDS) {
      for (const [name, given] of [...KINDS, ["null", null], ["undefined", undefined]] as const) {
        const array =
          ArrayBuffer.isView(present) && expected !== "a DataView" && name === "an array";
        if (name === expected) expect(fitting(present, given, ["a"], types)).toBe(given);
        else if (!array) {
          expect([expected, name, refusal(present, given)]).toEqual([
            expected,
            name,
            { path: "state.a", expected, given: expect.any(String) },
          ]);
        }
      }
    }
  });

  test("whatever it is, if there was null or undefined", () => {
    for (const nothing of [null, undefined]) {
      for (const [, given] of KINDS) expect(fitting(nothing, given, [], types)).toBe(given);
    }
    const given = { a: { deep: 1 }, b: undefined };
    expect(fitting({ a: null, b: undefined }, given, [])).toBe(given);
  });

  test("if it is an object with the same keys, at every depth", () => {
    const present = { x: 1, at: { y: "a", list: [1, 2] } };
    const given = { at: { list: ["any", {}], y: "b" }, x: 2 };
    expect(fitting(present, given, ["agents", 3])).toBe(given);
    const cases: [given: unknown, path: string, expected: string, got: string][] = [
      [{ x: 1 }, "state.agents[3]", "an object with the keys x, at", "one with the keys x"],
      [
        { x: 1, at: { y: "", list: [] }, z: 1 },
        "state.agents[3]",
        "an object with the keys x, at",
        "one with the keys x, at, z",
      ],
      [{}, "state.agents[3]", "an object with the keys x, at", "one with no keys"],
      [{ x: "1", at: present.at }, "state.agents[3].x", "a number", '"1"'],
      [{ x: 1, at: { y: 2, list: [] } }, "state.agents[3].at.y", "a text", "2"],
      [{ x: 1, at: { y: "", list: {} } }, "state.agents[3].at.list", "an array", "an object"],
      [{ x: 1, at: null }, "state.agents[3].at", "an object", "null"],
    ];
    for (const [value, path, expected, got] of cases) {
      expect(refusal(present, value, ["agents", 3])).toEqual({ path, expected, given: got });
    }
    expect(refusal({ a: 1 }, { __proto__: null, toString: 1 })).toMatchObject({
      given: "one with the keys toString",
    });
  });

  test("an object without a prototype gets none", () => {
    const fitted = fitting(
      bare(JSON.parse('{"x":1,"__proto__":2}')),
      JSON.parse('{"x":3,"__proto__":4}'),
      [],
    );
    expect(Object.getPrototypeOf(fitted)).toBe(null);
    expect(Object.entries(fitted as object)).toEqual([
      ["x", 3],
      ["__proto__", 4],
    ]);
  });

  test("a cycle ends", () => {
    const ring = (x: number) => {
      const made: { x: number; self?: unknown } = { x };
      made.self = made;
      return made;
    };
    const given = ring(2);
    expect(fitting(ring(1), given, [])).toBe(given);
  });
});

describe("an array for a typed array", () => {
  test("becomes one, at any depth, if that holds the numbers exactly", () => {
    const present = { v: new Float32Array(3), w: { i: new Uint8Array(2) }, n: 1 };
    const given = { v: [0.5, -0, Number.NaN], w: { i: [0, 255] }, n: 2 };
    const fitted = fitting(present, given, []) as typeof present;
    expect(fitted).toEqual({
      v: Float32Array.of(0.5, -0, Number.NaN),
      w: { i: Uint8Array.of(0, 255) },
      n: 2,
    });
    expect(Object.is(fitted.v[1], -0)).toBe(true);
    expect([present.v[0], given.v[0]]).toEqual([0, 0.5]);
    expect(fitting(new BigInt64Array(1), [-5n], [])).toEqual(BigInt64Array.of(-5n));
  });

  test("over a part of a buffer becomes as long as that part", () => {
    const part = new Int16Array(new ArrayBuffer(8), 2, 2);
    expect(fitting(part, [1, 2], [])).toEqual(Int16Array.of(1, 2));
    expect(new Uint8Array(part.buffer)).toEqual(new Uint8Array(8));
  });

  test.each([
    [new Float64Array(2), [1], "state.a", "a Float64Array of 2", "an array of 1"],
    [
      new Float32Array(1),
      [0.1],
      "state.a[0]",
      "a value that an element of Float32Array can hold",
      "0.1",
    ],
    [
      new Uint8Array(2),
      [1, 256],
      "state.a[1]",
      "a value that an element of Uint8Array can hold",
      "256",
    ],
    [new Uint8Array(1), [-0], "state.a[0]", "a value that an element of Uint8Array can hold", "-0"],
    [new Int8Array(1), ["1"], "state.a[0]", "a value that an element of Int8Array can hold", '"1"'],
    [
      new BigInt64Array(1),
      [1],
      "state.a[0]",
      "a value that an element of BigInt64Array can hold",
      "1",
    ],
    [
      new BigUint64Array(1),
      [-1n],
      "state.a[0]",
      "a value that an element of BigUint64Array can hold",
      "-1n",
    ],
  ])("%o refuses %o", (present, given, path, expected, got) => {
    expect(refusal(present, given)).toEqual({ path, expected, given: got });
  });
});

function refusal(
  present: unknown,
  given: unknown,
  path: readonly (string | number)[] = ["a"],
): unknown {
  try {
    return ["fits", fitting(present, given, path, types)];
  } catch (error) {
    if (!isRewindError(error, "INVALID_VALUE")) throw error;
    expect(error.message).toBe(
      `expected ${error.data.expected} for ${error.data.path}, got ${error.data.given}`,
    );
    return error.data;
  }
}
