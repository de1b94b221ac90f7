import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../../src/codec/decode.ts";
import { encode } from "../../../src/codec/encode.ts";
import { surelyEqual } from "../../../src/codec/state/surely-equal.ts";
import { states } from "./states.ts";

const same = (a: unknown, b: unknown) => Buffer.compare(encode(a), encode(b)) === 0;

describe("surelyEqual", () => {
  test("if it says yes, the encodings are the same", () => {
    fc.assert(
      fc.property(states, states, (a, b) => {
        if (surelyEqual(a.state, b.state)) expect(same(a.state, b.state)).toBe(true);
      }),
    );
  });

  test.each([
    ["a number", 1.5],
    ["fields", { a: -0, b: Number.NaN, c: "x", d: undefined, e: 10n, f: null }],
    ["lists in lists", [[1, 2], [], [[3]]]],
    ["maps and sets", { m: new Map([[{ k: 1 }, [1]]]), s: new Set([1, "a"]) }],
    [
      "typed arrays",
      [Float64Array.of(1, Number.NaN), Uint8Array.of(1, 2, 3), new ArrayBuffer(0)].slice(0, 2),
    ],
  ])("says yes to a copy: %s", (_, value) => {
    expect(surelyEqual(value, decode(encode(value)))).toBe(true);
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
    [
      "an object that only looks like a Map",
      Object.create(Map.prototype),
      Object.create(Map.prototype),
    ],
  ])("does not say yes: %s", (_, a, b) => {
    expect(surelyEqual(a, b)).toBe(false);
  });
});
