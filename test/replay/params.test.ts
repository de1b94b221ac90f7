import { describe, expect, test } from "vitest";
import { TypedText } from "../../src/codec/json/typed-text.ts";
import { carriedParams, mergeParams } from "../../src/replay/params.ts";
import { codeOf } from "../support/code-of.ts";

const DEFAULTS = {
  p: 0.5,
  model: "sir",
  big: 1n,
  any: null,
  o: { a: 1, b: { c: 2, on: false }, list: [1, 2] },
  open: {},
  groups: [{ n: 1, name: "a" }],
};

const typed = (pairs: Record<string, string>): Record<string, TypedText> =>
  Object.fromEntries(Object.entries(pairs).map(([name, text]) => [name, new TypedText(text)]));

describe("typed params", () => {
  test.each([
    [{ model: "7" }, { model: "7" }],
    [{ model: "null" }, { model: "null" }],
    [{ big: "9007199254740993" }, { big: 9007199254740993n }],
    [{ "o.b.c": "9" }, { o: { a: 1, b: { c: 9, on: false }, list: [1, 2] } }],
    [{ "o.b.on": "true", "o.a": "0" }, { o: { a: 0, b: { c: 2, on: true }, list: [1, 2] } }],
    [{ "o.list[1]": "5" }, { o: { a: 1, b: { c: 2, on: false }, list: [1, 5] } }],
    [{ 'groups[0]["name"]': "007" }, { groups: [{ n: 1, name: "007" }] }],
    [{ open: '{"x":[1]}' }, { open: { x: [1] } }],
    [{ any: "x" }, { any: "x" }],
  ])("%o", (given, expected) => {
    expect(mergeParams(DEFAULTS, typed(given))).toEqual({ ...DEFAULTS, ...expected });
  });

  test.each([
    [{ p: "9007199254740993" }, "INVALID_NUMBER"],
    [{ "o.b.c": "x" }, "INVALID_PARAM"],
    [{ "o.b.d": "1" }, "UNKNOWN_PARAM"],
    [{ "o.list[2]": "1" }, "UNKNOWN_PARAM"],
    [{ "p.x": "1" }, "UNKNOWN_PARAM"],
    [{ __proto__x: "1" }, "UNKNOWN_PARAM"],
    [{ o: '{"a":"1","b":{"c":2,"on":false},"list":[]}' }, "INVALID_PARAM"],
    [{ o: '{"a":1}' }, "INVALID_PARAM"],
    [{ groups: '[{"n":"1","name":"b"}]' }, "INVALID_PARAM"],
    [{ "o.list": "[1,null]" }, "INVALID_PARAM"],
  ])("%o is refused", (given, code) => {
    expect(codeOf(() => mergeParams(DEFAULTS, typed(given)))).toBe(code);
  });

  test("a name with a dot is a name first, and a path only if there is no such param", () => {
    const defaults = { "a.b": 1, a: { b: 2 } };
    expect(mergeParams(defaults, typed({ "a.b": "3" }))).toEqual({ "a.b": 3, a: { b: 2 } });
  });

  test("the declared value decides the kind of a value, not the present one", () => {
    const now = { ...DEFAULTS, any: 5 };
    expect(mergeParams(now, typed({ any: "x" }), DEFAULTS).any).toBe("x");
    expect(mergeParams(now, { any: "x" }, DEFAULTS).any).toBe("x");
  });
});

describe("params of a script", () => {
  test("the shape of an object is checked at every depth", () => {
    const wrong = { o: { a: 1, b: { c: "2", on: false }, list: [] } };
    expect(() => mergeParams(DEFAULTS, wrong)).toThrow(
      'expected param o.b.c to be a number, got "2"',
    );
    expect(() => mergeParams(DEFAULTS, { o: { a: 1 } })).toThrow("b is missing");
    expect(codeOf(() => mergeParams(DEFAULTS, { "o.a": 1 }))).toBe("UNKNOWN_PARAM");
  });

  test("if the default elements are not alike, elements may be anything", () => {
    expect(mergeParams({ mixed: [1, "a"] }, { mixed: [true] })).toEqual({ mixed: [true] });
  });
});

test("under new code, params keep the values that it still declares", () => {
  const before = { o: { a: 5, gone: 1 }, old: 1 };
  expect(carriedParams(before, { o: { a: 1, fresh: 2 }, p: 3 })).toEqual({
    o: { a: 5, fresh: 2 },
    p: 3,
  });
});
