import { describe, expect, test } from "vitest";
import {
  permutation,
  permutationDraws,
  permuteItems,
} from "../../../src/random/torch/permutation.ts";
import { torch } from "../../../src/random/torch/torch.ts";
import { remainder64 } from "../../../src/random/torch/words.ts";
import { stateOf } from "./digest.ts";

describe("the inside-out permutation of torch 2.7 and later", () => {
  test("is Durstenfeld's with 64 bits modulo i + 1, in exact integers", () => {
    for (const length of [0, 1, 2, 10, 1000]) {
      const [rng, twin] = [torch(7), torch(7)];
      const order: number[] = [];
      for (let i = 0; i < length; i++) {
        const high = BigInt(twin.uint32());
        const other = Number(((high << 32n) | BigInt(twin.uint32())) % BigInt(i + 1));
        order[i] = order[other] ?? i;
        order[other] = i;
      }
      expect([...permutation(rng, length, 0)]).toEqual(order);
      expect(stateOf(rng)).toBe(stateOf(twin));
      expect(permutationDraws(length, 0)).toBe(2 * length);
    }
  });

  test("begins at 214,748,364 numbers", () => {
    const draws = (length: number, version: string): number => {
      const loader = torch(1, { version });
      return loader
        .dataLoader({ length, shuffle: true, generator: loader })
        .skip({ breakAfter: 1 });
    };
    expect(draws(214_748_363, "2.13")).toBe(2 + 214_748_362);
    expect(draws(214_748_364, "2.13")).toBe(2 + 2 * 214_748_364);
    expect(draws(214_748_364, "2.6")).toBe(2 + 214_748_363);
  });
});

describe("remainder64", () => {
  test("is exact for 64 bits and ranges up to 2^37", () => {
    const rng = torch(3);
    const ranges = [
      1,
      2,
      3,
      2 ** 16 + 1,
      2 ** 28,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 36 + 5,
      2 ** 37 - 1,
      2 ** 37,
    ];
    for (const range of ranges) {
      for (let i = 0; i < 2_000; i++) {
        const [high, low] = i === 0 ? [0xffffffff, 0xffffffff] : [rng.uint32(), rng.uint32()];
        const exact = ((BigInt(high) << 32n) | BigInt(low)) % BigInt(range);
        expect(remainder64(high, low, range)).toBe(Number(exact));
      }
    }
  });
});

test.each([7, 5])(
  "items are put into the order of the permutation, inside out from %i on",
  (from) => {
    const [rng, twin] = [torch(7), torch(7)];
    const items = ["a", "b", "c", "d", "e", "f"];
    const order = permutation(twin, 6, from);
    const expected = [...order].map((i) => items[i]);
    permuteItems(rng, items, from);
    expect(items).toEqual(expected);
    expect(stateOf(rng)).toBe(stateOf(twin));
  },
);
