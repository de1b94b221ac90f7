import { expect, test } from "vitest";
import { age, cutLine, noteText } from "../../../src/cli/terminal/text.ts";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

test.each([
  [minute - 1, "just now"],
  [minute, "1 min ago"],
  [hour - 1, "59 min ago"],
  [hour, "1 h ago"],
  [day - 1, "23 h ago"],
  [day, "1 day ago"],
  [30 * day, "30 days ago"],
  [31 * day, "1 month ago"],
  [365 * day, "11 months ago"],
  [366 * day, "1 year ago"],
  [3 * 366 * day, "3 years ago"],
  [-59_999, "just now"],
  [-hour, "1 h in the future"],
  [-2 * day, "2 days in the future"],
])("%d ms are %s", (ms, text) => {
  expect(age(ms)).toBe(text);
});

test("a line is cut between characters, and says so", () => {
  expect(cutLine("a\nb", 3)).toBe("a b");
  expect(cutLine("abcd", 3)).toBe("abc…");
  expect(cutLine("ab😀", 3)).toBe("ab…");
  expect(noteText("x".repeat(1_000))).toBe("x".repeat(1_000));
  expect(noteText("x".repeat(1_001))).toBe(
    `${"x".repeat(1_000)}… (1,001 characters: --json prints all)`,
  );
});
