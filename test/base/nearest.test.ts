import { describe, expect, test } from "vitest";
import { editDistance, nearest } from "../../src/base/nearest.ts";

const COMMANDS = ["log", "get", "tag", "step", "stats", "reset", "rng", "resume", "record"];

describe("nearest", () => {
  test.each([
    ["lgo", ["log"]],
    ["stast", ["stats"]],
    ["resmue", ["resume"]],
    ["rec", ["record"]],
    ["statistics", ["stats"]],
    ["recover", ["record"]],
    ["Stats", ["stats"]],
    // Half of the letters are others: nobody meant it.
    ["cat", []],
    ["tad", ["tag"]],
    ["seek", []],
    ["remove", []],
    ["x", []],
    // One letter begins many words.
    ["l", []],
    ["rn", ["rng"]],
    ["og", ["log"]],
  ])("%s: %j", (wanted, names) => expect(nearest(wanted, COMMANDS)).toEqual(names));

  test("names of two letters differ by half if one letter does: the first must be right", () => {
    expect(nearest("v2", ["v1", "w2", "V3"])).toEqual(["v1", "V3"]);
    expect(nearest("rm", ["am", "mr"])).toEqual([]);
  });

  test("the best first, at most three", () => {
    expect(nearest("abcdef", ["abcdxy", "abcdef", "abcdex", "abcde"])).toEqual([
      "abcdef",
      "abcdex",
      "abcde",
    ]);
  });
});

test.each([
  ["", "abc", 3],
  ["main", "mian", 1],
  ["kitten", "sitting", 3],
  ["ca", "abc", 3],
])("the distance of %s and %s is %i", (a, b, distance) => {
  expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance]);
});
