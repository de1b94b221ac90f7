import { describe, expect, test } from "vitest";
import { below, integer } from "../../src/random/integers.ts";

/** A source that gives `words` one after the other, and counts them. */
function sourceOf(...words: number[]): { uint32(): number; taken: number } {
  return {
    taken: 0,
    uint32() {
      if (this.taken === words.length) throw new Error("no more words");
      return words[this.taken++] as number;
    },
  };
}

describe("below", () => {
  const counts = [1, 2, 3, 6, 1000, 2 ** 21 + 1, 2 ** 31 - 1, 3 * 2 ** 30, 2 ** 32 - 1, 2 ** 32];

  test.each(counts)("of %i is the high half of the exact product, for extreme words", (count) => {
    const near = [0, 1, 2 ** 16, 2 ** 31, 2 ** 32 - 1];
    for (let k = 1; k < 2_000; k++) near.push(Math.floor((k * 2 ** 32) / 2_000));
    // The words at which the result changes are where a rounded product would go wrong.
    for (let k = 1; k < 2_000; k++) {
      const edge = Math.ceil((Math.floor((k * count) / 2_000) * 2 ** 32) / count);
      near.push(...[edge - 1, edge, edge + 1].filter((word) => word >= 0 && word < 2 ** 32));
    }
    const surplus = 2 ** 32 % count;
    for (const word of near) {
      const product = BigInt(word) * BigInt(count);
      if (BigInt.asUintN(32, product) < BigInt(surplus)) continue;
      expect(below(sourceOf(word), count)).toBe(Number(product >> 32n));
    }
  });

  test("each of 3 * 2^30 values is the result of exactly one accepted word", () => {
    const count = 3 * 2 ** 30;
    for (const value of [0, 1, 2, 3, 1_000_000, count - 2, count - 1]) {
      const first = Number((BigInt(value) * 2n ** 32n + BigInt(count) - 1n) / BigInt(count));
      const end = Number((BigInt(value + 1) * 2n ** 32n + BigInt(count) - 1n) / BigInt(count));
      let accepted = 0;
      for (let word = first; word < end; word++) {
        const source = sourceOf(word, 0xffffffff);
        below(source, count);
        if (source.taken === 1) accepted++;
      }
      expect(accepted).toBe(1);
    }
  });

  test("rejects a surplus word and draws another", () => {
    const source = sourceOf(0, 2 ** 31);
    expect(below(source, 3)).toBe(1);
    expect(source.taken).toBe(2);
  });

  test("of a power of two rejects nothing", () => {
    for (let bits = 0; bits <= 32; bits++) {
      const source = sourceOf(0);
      expect(below(source, 2 ** bits)).toBe(0);
      expect(source.taken).toBe(1);
    }
  });

  test("beyond 2^32 it takes two words, 27 bits above 26, modulo the count", () => {
    const words = [0x12345678, 0x9abcdef0] as const;
    const bits = (BigInt(words[0] >>> 5) << 26n) | BigInt(words[1] >>> 6);
    for (const count of [2 ** 32 + 1, 2 ** 45 + 7, 2 ** 53]) {
      expect(below(sourceOf(...words), count)).toBe(Number(bits % BigInt(count)));
    }
  });

  test("beyond 2^32 it rejects the incomplete last cycle", () => {
    const source = sourceOf(0xffffffff, 0xffffffff, 0, 64 * 5);
    expect(below(source, 2 ** 52 + 1)).toBe(5);
    expect(source.taken).toBe(4);
    // 2^53 - 1 is the last number of the last whole cycle of 2^52.
    expect(below(sourceOf(0xffffffff, 0xffffffff), 2 ** 52)).toBe(2 ** 52 - 1);
  });
});

describe("integer", () => {
  test("a range of 1 has one value, and the full range of 2^53 both its ends", () => {
    expect(integer(sourceOf(0xffffffff), 5, 6)).toBe(5);
    expect(integer(sourceOf(0, 0), 0, 2 ** 53)).toBe(0);
    expect(integer(sourceOf(0xffffffff, 0xffffffff), 0, 2 ** 53)).toBe(2 ** 53 - 1);
    expect(integer(sourceOf(0, 0), 1 - 2 ** 53, 1)).toBe(1 - 2 ** 53);
    expect(integer(sourceOf(0xffffffff, 0xffffffff), 1 - 2 ** 53, 1)).toBe(0);
  });

  test.each([
    [3, 3, "expected low to be less than high, which is excluded, got 3 and 3"],
    [0.5, 3, "expected low and high to be whole numbers, got 0.5 and 3"],
    [0, Number.NaN, "expected low and high to be whole numbers, got 0 and NaN"],
    [-1, 2 ** 53, "expected low and high within 2^53 of zero and at most 2^53 apart, got -1 and"],
    [2 ** 53, 2 ** 53 + 2, "expected low and high within 2^53 of zero"],
  ])("integer(%d, %d) says what was expected", (low, high, message) => {
    expect(() => integer(sourceOf(), low, high)).toThrow(message);
  });
});
