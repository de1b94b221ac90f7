import { setFlagsFromString } from "node:v8";
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

  test.each([17, 30, 100, 127])("of %i keys are fast, and of one hidden class", (count) => {
    setFlagsFromString("--allow-natives-syntax");
    const isFast = new Function("a", "return %HasFastProperties(a)") as (a: unknown) => boolean;
    const isAlike = new Function("a, b", "return %HaveSameMap(a, b)") as (
      ...objects: unknown[]
    ) => boolean;
    setFlagsFromString("--no-allow-natives-syntax");
    for (const make of [() => ({}), () => new Wide()]) {
      const rows = Array.from({ length: 5 }, (_, row) =>
        fill(make(), names(count), (i) => (i % 3 === 0 ? i : i % 3 === 1 ? i + row / 2 : `${i}`)),
      );
      const [, b, c, d] = decode(encode(rows, options), options) as object[];
      for (const object of [b, c, d]) expect(isFast(object)).toBe(true);
      expect(isAlike(c, d)).toBe(true);
    }
  });
});
