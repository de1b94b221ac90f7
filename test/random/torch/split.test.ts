import { describe, expect, test } from "vitest";
import { splitLengths } from "../../../src/random/torch/split.ts";

describe("splitLengths", () => {
  test("the remaining items go to the parts in turn, from the first", () => {
    expect(splitLengths(1806, [0.8, 0.2], true)).toEqual([1445, 361]);
    expect(splitLengths(1806, [1444, 362], true)).toEqual([1444, 362]);
    expect(splitLengths(11, [0.3, 0.3, 0.3, 0.1], true)).toEqual([4, 3, 3, 1]);
    expect(splitLengths(3, [0.25, 0.25, 0.25, 0.25], true)).toEqual([1, 1, 1, 0]);
  });

  test("fractions that add up to a hair more than 1 are refused, as by PyTorch in Python 3.11", () => {
    for (const fractions of [[0.2, 0.4, 0.3, 0.1], new Array(20).fill(0.05)]) {
      expect(() => splitLengths(20, fractions, true)).toThrow(
        "in Python they add up to 1.0000000000000002; give lengths",
      );
    }
    expect(() => splitLengths(4e9, [0.5, 0.5 + 9e-10], true)).toThrow("fractions that add up to 1");
    expect(splitLengths(20, new Array(10).fill(0.1), true)).toEqual(new Array(10).fill(2));
    expect(splitLengths(20, [0.7, 0.2, 0.1], true)).toEqual([14, 4, 2]);
  });
});
