import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/base/bytes.ts";
import { decode } from "../../../src/codec/decode.ts";
import { encode } from "../../../src/codec/encode.ts";
import { same, trees } from "./states.ts";

class Wide {}
Object.defineProperty(Wide.prototype, "k3", {
  set() {
    throw new Error("a setter was called");
  },
});
const options = { types: { Wide } };

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}`);

function fill(object: object, keys: readonly string[], value: (i: number) => unknown): object {
  const property = { writable: true, enumerable: true, configurable: true };
  for (const [i, key] of keys.entries()) {
    Object.defineProperty(object, key, { ...property, value: value(i) });
  }
  return object;
}

/** Keys that begin alike and part at some place, in lists on both sides of each limit. */
const keyLists: fc.Arbitrary<string[]> = fc
  .tuple(fc.constantFrom(3, 16, 17, 18, 40, 127, 128), fc.nat(40), fc.constantFrom("", "x", "y"))
  .map(([count, at, other]) =>
    names(count).map((key, i) => (i >= at && other !== "" ? `${key}${other}` : key)),
  );

describe("wide objects", () => {
  test("come back the same, whatever came before them, shared and inside each other", () => {
    const one = fc.tuple(keyLists, fc.boolean(), trees);
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 6 }), fc.boolean(), (many, tagged) => {
        let inner: unknown = 0;
        const objects = many.map(([keys, isWide, tree]) => {
          const before = inner;
          inner = fill(isWide ? new Wide() : {}, keys, (i) =>
            i === 1 ? before : i === 2 ? tree : i,
          );
          return inner;
        });
        const state = tagged ? [objects, ...objects, new Set()] : objects;
        const bytes = encode(state, options);
        const back = decode(bytes, options);
        expect(same(state, back)).toBe(true);
        expect(toHex(encode(back, options))).toBe(toHex(bytes));
      }),
      { numRuns: 150 },
    );
  });

  const write = (lists: readonly (readonly string[])[]): Uint8Array =>
    Uint8Array.from([
      0x80 + lists.length,
      ...lists.flatMap((keys) => [
        ...[0xb8, keys.length],
        ...keys.flatMap((key) => [0x60 + key.length, ...Buffer.from(key), 0x00]),
      ]),
    ]);

  test.each<[string, (keys: string[]) => void, RegExp | undefined]>([
    ["a key at the end that came before", (keys) => (keys[29] = "k4"), /"k4" twice/],
    ["a key in the middle that came before", (keys) => (keys[15] = "k14"), /"k14" twice/],
    ["a key that comes again as expected", (keys) => (keys[4] = "k20"), /"k20" twice/],
    ["__proto__ at the end", (keys) => (keys[29] = "__proto__"), /__proto__ in the form of pairs/],
    ["an index at the end", (keys) => (keys[29] = "7"), /keys that are indices first/],
    ["another key", (keys) => (keys[9] = "new"), undefined],
  ])("of known keys with %s", (_, change, message) => {
    const [known, changed] = [names(30), names(30)];
    change(changed);
    const action = (): unknown => decode(write([known, changed]));
    if (message !== undefined) expect(action).toThrow(message);
    else expect(Object.keys((action() as object[])[1] as object)).toEqual(changed);
  });

  test("known keys are still checked for UTF-8", () => {
    const object = (...key: number[]): number[] => [0xa1, 0x60 + key.length, ...key, 0x00];
    const known = object(0xc3, 0xa9); // é
    expect(Object.keys(decode(Uint8Array.from(known)) as object)).toEqual(["é"]);
    // The character code of é is 0xe9, which alone is not UTF-8.
    expect(() => decode(Uint8Array.from(object(0xe9)))).toThrow("expected UTF-8, got 0xe9");
    expect(() => decode(Uint8Array.from([0x82, ...known, ...object(0xe9)]))).toThrow("UTF-8");
  });

  test("more kinds of objects than are remembered come back", () => {
    const objects = Array.from({ length: 10_000 }, (_, i) => ({ [`key${i}`]: i, same: { i } }));
    for (let round = 0; round < 2; round++) expect(decode(encode(objects))).toEqual(objects);
  });

  test("objects that lead to each other, of ever new keys, are read in time that grows evenly", () => {
    // To look ahead for the keys of each would pass over the rest of the encoding each time.
    const chain = (length: number): object => {
      let inner: Record<string, unknown> = {};
      for (let i = 0; i < length; i++) {
        const outer: Record<string, unknown> = { [`to${i}`]: inner };
        inner[`back${i}`] = outer;
        inner = outer;
      }
      return inner;
    };
    const bytes = encode({ chain: chain(400), rest: "x".repeat(1 << 20) });
    const back = decode(bytes);
    expect(toHex(encode(back)).length).toBe(2 * bytes.length);
  });
});
