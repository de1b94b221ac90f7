import { expect, test } from "vitest";
import { count, plural } from "../../src/base/count.ts";

test.each([
  [0, "0"],
  [999, "999"],
  [-999, "-999"],
  [1_000, "1,000"],
  [-1_000, "-1,000"],
  [842_137, "842,137"],
  [2 ** 53 - 1, "9,007,199,254,740,991"],
  [1234.5, "1,234.5"],
])("%d is printed as %s", (value, expected) => {
  expect(count(value)).toBe(expected);
});

test("a noun follows its number", () => {
  expect([0, 1, 1_000].map((value) => plural(value, "step"))).toEqual([
    "0 steps",
    "1 step",
    "1,000 steps",
  ]);
});
