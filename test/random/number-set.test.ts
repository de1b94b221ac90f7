import { expect, test } from "vitest";
import { NumberSet } from "../../src/random/number-set.ts";

test("knows which numbers were added, for any size", () => {
  for (const size of [0, 1, 2 ** 25]) {
    const set = new NumberSet(size);
    for (const value of [0, 3, 2 ** 24, 2 ** 53 - 1]) {
      expect(set.has(value)).toBe(false);
      set.add(value);
      set.add(value + 1);
      expect(set.has(value)).toBe(true);
    }
    expect(set.has(7)).toBe(false);
  }
});
