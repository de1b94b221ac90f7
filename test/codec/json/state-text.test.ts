import { describe, expect, test } from "vitest";
import { readStateText } from "../../../src/codec/json/state-text.ts";
import { toJson } from "../../../src/codec/json/write.ts";

describe("the text of a state", () => {
  test("gives back what toJson wrote", () => {
    for (const value of [{ x: -0, y: [Number.NaN, 2n ** 70n] }, new Map([[1, new Set(["a"])]])]) {
      expect(readStateText(JSON.stringify(toJson(value)))).toEqual(value);
    }
  });

  test("of the result of get --json is the state in it, and of anything else that itself", () => {
    const run = "ab".repeat(32);
    expect(readStateText(JSON.stringify({ run, step: 3, state: { x: 1 } }))).toEqual({ x: 1 });
    for (const state of [
      { run: "fast", step: 3, state: 1 },
      { run, step: 0.5, state: 1 },
      { run, step: 3, state: 1, more: 2 },
      { step: 3, run, state: 1 },
    ]) {
      expect(readStateText(JSON.stringify(state))).toEqual(state);
    }
  });

  test.each([
    ["{", /^expected JSON, got other text$/],
    ["state", /^expected JSON, got other text$/],
    ["9007199254740993", /9007199254740993/],
    ['{ "$ref": "state.a" }', /\$ref/],
    ['{ "$type": "Agent", "value": {} }', /no type "Agent"/],
    ["[".repeat(200_000) + "]".repeat(200_000), /^expected JSON of fewer levels$/],
  ])("refuses %.40s", (text, message) => {
    expect(() => readStateText(text)).toThrow(message);
  });
});
