import { describe, expect, test } from "vitest";
import { evenBelow, evenLong, evenWord } from "../../../src/random/torch/even.ts";
import { permutation, permuteItems } from "../../../src/random/torch/permutation.ts";
import { torch } from "../../../src/random/torch/torch.ts";
import { expectUniform } from "../chi-square.ts";
import { stateOf } from "./digest.ts";

/** A source of these words, and the number taken. */
function wordsOf(...words: number[]): { uint32(): number; taken: number } {
  return {
    taken: 0,
    uint32() {
      const word = words[this.taken++];
      if (word === undefined) throw new Error("more draws than expected");
      return word;
    },
  };
}

const LAST = 2 ** 32 - 1;

describe("one word", () => {
  test.each([1, 2, 2 ** 16, 2 ** 27, 2 ** 31, 2 ** 32])("of %i numbers rejects none", (count) => {
    for (const word of [0, 1, 2 ** 31, LAST]) {
      expect(evenWord(wordsOf(word), count)).toBe(word % count);
    }
  });

  test.each([3, 10, 3 * 2 ** 26, 5 * 2 ** 25, 2 ** 31 + 1, LAST])(
    "of %i numbers rejects the incomplete last cycle, and no more",
    (count) => {
      const end = 2 ** 32 - (2 ** 32 % count);
      expect(evenWord(wordsOf(end - 1), count)).toBe(count - 1);
      const source = wordsOf(end, LAST, 7);
      expect(evenWord(source, count)).toBe(7 % count);
      expect(source.taken).toBe(3);
    },
  );
});

describe("two words", () => {
  test.each([1, 2 ** 28, 2 ** 37, 2 ** 53])("of %i numbers reject none", (count) => {
    for (const [high, low] of [
      [0, 5],
      [LAST, LAST],
    ] as const) {
      const bits = (BigInt(high) << 32n) | BigInt(low);
      expect(evenLong(wordsOf(high, low), count)).toBe(Number(bits % BigInt(count)));
    }
  });

  test.each([3 * 2 ** 26, 2 ** 28 + 1, 2 ** 37 + 1, 3 * 2 ** 51, 2 ** 53 - 1])(
    "of %i numbers reject the incomplete last cycle, and no more",
    (count) => {
      const end = 2n ** 64n - (2n ** 64n % BigInt(count));
      const split = (bits: bigint): [number, number] => [
        Number(bits >> 32n),
        Number(bits & 0xffff_ffffn),
      ];
      expect(evenLong(wordsOf(...split(end - 1n)), count)).toBe(count - 1);
      const source = wordsOf(...split(end), LAST, LAST, 0, 7);
      expect(evenLong(source, count)).toBe(7);
      expect(source.taken).toBe(6);
    },
  );
});

test("two words are taken for at least 2^28 numbers", () => {
  expect(evenBelow(wordsOf(5), 2 ** 28 - 1)).toBe(5);
  expect(evenBelow(wordsOf(0, 5), 2 ** 28)).toBe(5);
});

describe("the shared methods of torch's generator", () => {
  const count = 3 * 2 ** 26;

  test("give each third of integer(0, 3 * 2^26) its share, where randint gives the lowest 0.3436", () => {
    const rng = torch(1);
    const thirds = (draw: () => number): number[] => {
      const bins = [0, 0, 0];
      for (let i = 0; i < 300_000; i++) {
        const third = Math.floor((3 * draw()) / count);
        bins[third] = (bins[third] as number) + 1;
      }
      return bins;
    };
    expectUniform(thirds(() => rng.integer(0, count)));
    expectUniform(thirds(() => rng.integer(-count, 0) + count));
    const [lowest = 0] = thirds(() => rng.randint(0, count));
    // 22 of the 64 thirds of a cycle that 2^32 has; one standard error is 0.0009.
    expect(Math.abs(lowest / 300_000 - 22 / 64)).toBeLessThan(0.0045);
  });

  test("draw what torch draws if that is even", () => {
    const [rng, twin] = [torch(3), torch(3, { version: "2.13" })];
    for (const range of [1, 2, 100, 2 ** 20, 2 ** 27, 2 ** 28 + 1, 2 ** 40]) {
      expect(rng.integer(-5, range)).toBe(twin.randint(-5, range));
    }
    const items = Array.from({ length: 1_000 }, (_, i) => i);
    expect(rng.shuffle(items)).toEqual([...twin.randperm(1_000)]);
    expect(rng.choice("abcdefg")).toBe("abcdefg"[twin.randint(7)]);
    expect(stateOf(rng)).toBe(stateOf(twin));
  });

  test("a shuffle draws again if randperm is uneven; randperm stays torch's", () => {
    const items = ["a", "b", "c"];
    // 2^32 is 1 more than a multiple of 3, so that the last word would make "a" likelier.
    const source = wordsOf(LAST, 1, 0);
    permuteItems(source, items, 10);
    expect(items).toEqual(["b", "a", "c"]);
    expect(source.taken).toBe(3);
    expect([...permutation(wordsOf(LAST, 0), 3, 10)]).toEqual([0, 1, 2]);
    const inside = ["a", "b", "c"];
    const long = wordsOf(0, 0, 0, 0, LAST, LAST, 0, 2);
    permuteItems(long, inside, 2);
    expect(long.taken).toBe(8);
    expect(inside).toEqual(["b", "a", "c"]);
  });
});
