import { expect, test } from "vitest";
import { cutPair } from "../../../src/cli/show/cut-pair.ts";

test("two long texts are cut so that their difference stays visible", () => {
  const long = "x".repeat(100);
  expect(cutPair("a", "b", 10)).toEqual(["a", "b"]);
  expect(cutPair(`${long}1`, `${long}2`, 10)).toEqual(["…xxx1", "…xxx2"]);
  expect(cutPair(`${long}1${long}`, `${long}2${long}`, 10)).toEqual(["…xxx1xxxx…", "…xxx2xxxx…"]);
  expect(cutPair(`1${long}`, `2${long}`, 10)).toEqual(["1xxxxxxxx…", "2xxxxxxxx…"]);
  expect(cutPair(long, `${long}2`, 10)).toEqual(["…xxx", "…xxx2"]);
  expect(cutPair(long, long, 10)).toEqual(["xxxxxxxxx…", "xxxxxxxxx…"]);
});
