import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRange } from "../../../src/replay/sweep/range.ts";

function values(text: string): number[] | undefined {
  const range = readRange(text);
  return range && Array.from({ length: Number(range.count) }, (_, i) => Number(range.at(i)));
}

describe("readRange", () => {
  test.each([
    ["0.1:0.5:0.1", [0.1, 0.2, 0.3, 0.4, 0.5]],
    ["0:3", [0, 1, 2, 3]],
    ["1:2:0.4", [1, 1.4, 1.8]],
    ["5:1:-2", [5, 3, 1]],
    ["-.5:.5:.25", [-0.5, -0.25, 0, 0.25, 0.5]],
    ["1e-3:3e-3:1e-3", [0.001, 0.002, 0.003]],
    ["1e3:3e3:1e3", [1000, 2000, 3000]],
    ["2:2", [2]],
    ["2:2:0", [2]],
    ["1:5:-1", []],
    ["1:5:0", []],
  ])("%s", (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  test.each(["1", "1:2:3:4", "a:b", "12:30 h", "1:", ":1", "1:2:x", `0:${"9".repeat(80)}`])(
    "%s is not a range",
    (text) => {
      expect(readRange(text)).toBeUndefined();
    },
  );

  test("a long range is counted and not made", () => {
    expect(readRange("0:1e9:1")?.count).toBe(1_000_000_001n);
    expect(readRange("0:1:1e-30")?.count).toBe(10n ** 30n + 1n);
  });

  test("every value of a decimal grid is the number that a person would type", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: 1, max: 40 }),
        (from, count) => {
          const text = (n: number): string => (n / 100).toFixed(2);
          const typed = Array.from({ length: count }, (_, i) => Number(text(from + 7 * i)));
          expect(values(`${text(from)}:${text(from + 7 * (count - 1))}:0.07`)).toEqual(typed);
        },
      ),
    );
  });
});
