import { expect, test } from "vitest";
import { someOf, someWords } from "../../src/base/some-of.ts";

const words = (count: number): string[] => Array.from({ length: count }, (_, i) => `w${i}`);

test("a long list of words says how many are left out", () => {
  expect([someOf([]), someOf(["a"]), someOf(["a", "b"])]).toEqual(["", "a", "a, b"]);
  expect(someOf(words(10))).toBe("w0, w1, w2, w3, w4, w5, w6, w7, w8, w9");
  expect(someOf(words(12))).toBe("w0, w1, w2, w3, w4, w5, w6, w7, w8, w9 and 2 more");
  const { known, total } = someWords(words(1_000));
  expect(someOf(known, total)).toBe("w0, w1, w2, w3, w4, w5, w6, w7, w8, w9 and 990 more");
});
