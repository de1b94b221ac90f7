import { describe, expect, test } from "vitest";
import { splitLengths } from "../../../src/random/torch/split.ts";

describe("splitLengths", () => {
  test("what is left over goes round from the first part on", () => {
    expect(splitLengths(1806, [0.8, 0.2], true)).toEqual([1445, 361]);
    expect(splitLengths(1806, [1444, 362], true)).toEqual([1444, 362]);
    expect(splitLengths(11, [0.3, 0.3, 0.3, 0.1], true)).toEqual([4, 3, 3, 1]);
    expect(splitLengths(3, [0.25, 0.25, 0.25, 0.25], true)).toEqual([1, 1, 1, 0]);
  });

  test("fractions that add up to a hair more than 1, and to more items than there are", () => {
    expect(splitLengths(20, new Array(20).fill(0.05), true)).toEqual(new Array(20).fill(1));
    expect(() => splitLengths(4e9, [0.5, 0.5 + 9e-10], true)).toThrow("fractions that add up to 1");
  });
});
