import { describe, expect, test } from "vitest";
import { choice, shuffle } from "../../src/random/shuffle.ts";
import { xoshiro } from "../../src/random/xoshiro/index.ts";

/** A source whose every bounded draw is 0, and which counts them. */
function zeros(): { uint32(): number; taken: number } {
  return {
    taken: 0,
    uint32() {
      this.taken++;
      // Not 0 itself: that is the word that may be rejected.
      return 2 ** 16;
    },
  };
}

describe("shuffle", () => {
  test("swaps from the last index down: with draws of 0 the list turns by one", () => {
    expect(shuffle(zeros(), [1, 2, 3, 4])).toEqual([2, 3, 4, 1]);
  });

  test("draws once per item, except for the first", () => {
    for (const length of [0, 1, 2, 10]) {
      const source = zeros();
      shuffle(source, new Array(length).fill(0));
      expect(source.taken).toBe(Math.max(0, length - 1));
    }
  });

  test("says what was expected", () => {
    expect(() => shuffle(zeros(), new Set([1, 2]) as unknown as number[])).toThrow(
      "expected items to be an array or a typed array, got an instance of Set",
    );
  });
});

describe("choice", () => {
  test("draws once", () => {
    const source = zeros();
    expect(choice(source, ["a", "b", "c"])).toBe("a");
    expect(source.taken).toBe(1);
  });

  test("may give an item that is undefined", () => {
    expect(choice(xoshiro(1), [undefined])).toBeUndefined();
  });

  test("refuses to choose from nothing", () => {
    expect(() => choice(zeros(), [])).toThrow(
      "expected at least one item to choose from, got none",
    );
  });
});
