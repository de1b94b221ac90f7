import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../../src/codec/json/text.ts";
import { readTyped } from "../../../src/codec/json/typed-text.ts";
import { codeOf } from "../../support/code-of.ts";

describe("a text", () => {
  test.each(["3e563", "7", "true", "null", "007", "", "1e999", "[1", "NaN", '"half', " x ", "{}"])(
    "%j is taken as it is",
    (text) => {
      expect(readTyped(text, "default")).toBe(text);
    },
  );

  test("in double quotes is JSON's", () => {
    expect(readTyped('"a\\nb"', "default")).toBe("a\nb");
    expect(readTyped('"\\"quoted\\""', "default")).toBe('"quoted"');
  });
});

describe("a value of the wanted type", () => {
  test.each([
    ["7", 1, 7],
    ["-0", 1, -0],
    ["Infinity", 1, Number.POSITIVE_INFINITY],
    ['{"$number":"NaN"}', 1, Number.NaN],
    ["7", 1n, 7n],
    ["9007199254740993", 1n, 9007199254740993n],
    ["-12n", 1n, -12n],
    ['{"$bigint":"5"}', 1n, 5n],
    ["true", false, true],
    ['{"id":9007199254740993,"n":2}', { id: 0n, n: 0 }, { id: 9007199254740993n, n: 2 }],
    ["[1,2]", [0n], [1n, 2n]],
    ["[1,2]", new BigInt64Array(2), [1n, 2n]],
    ["[1,2]", new Float64Array(2), [1, 2]],
    ['{"$$id":1}', { $id: 0n }, { $id: 1n }],
    ['{"__proto__":1}', null, JSON.parse('{"__proto__":1}')],
    ["007", null, "007"],
    [".5", null, 0.5],
    ["x", null, "x"],
    ["007", 1, "007"],
    ["0x10", 1, "0x10"],
    ["1_000", 1, "1_000"],
    ["{5:1}", null, "{5:1}"],
  ])("%s like %o", (text, like, expected) => {
    expect(readTyped(text, like)).toEqual(expected);
  });

  test.each([
    ["9007199254740993", 1],
    ["1e999", 1],
    ["1e-400", null],
    ['{"id":9007199254740993}', { id: 0 }],
    ["[[1e999]]", [[0]]],
    ['{"$typed":"Float64Array","values":[9007199254740993]}', null],
  ])("%s like %o is refused: it would be another number", (text, like) => {
    expect(codeOf(() => readTyped(text, like))).toBe("INVALID_NUMBER");
  });

  test.each(['"2026-02-31"', '"2026-03-01T00:00"', '"1 May 2026"', '"2026-01-01T24:00Z"'])(
    "the date %s is refused: it is another day, or depends on the time zone",
    (text) => {
      expect(codeOf(() => readTyped(`{"$date":${text}}`, null))).toBe("INVALID_ARGUMENT");
    },
  );
});

test("apart from exact numbers, the result is that of JSON.parse", () => {
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_key, item) =>
      typeof item?.text === "string" && Object.keys(item).length === 1 ? Number(item.text) : item,
    );
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!text.includes('"text"'));
      expect(plain(parseJson(text))).toEqual(JSON.parse(text));
    }),
  );
  for (const wrong of [
    "01",
    "1.",
    "[1 2]",
    "1-2",
    "{1:2}",
    "-",
    "+1",
    "1e",
    "a",
    "[1,]",
    "1.5.2",
  ]) {
    expect(() => JSON.parse(wrong), wrong).toThrow(SyntaxError);
    expect(() => parseJson(wrong), wrong).toThrow(SyntaxError);
  }
});
