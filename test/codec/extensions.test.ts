import { addExtension } from "cbor-x";
import { expect, test } from "vitest";
import { decode } from "../../src/codec/decode.ts";
import { encode } from "../../src/codec/encode.ts";
import { same } from "./state/states.ts";

test("extensions that a program registers with cbor-x have no effect", () => {
  const tags = [2, 28, 29, 86, 258, 259, 0x52770001, 0x52770006];
  class Mine {}
  for (const tag of tags) {
    addExtension({ Class: Mine, tag, encode: () => 0, decode: () => "hijacked" } as never);
  }
  const state = [1n, new Set([1]), new Map([[1, 2]]), new Float64Array(1), new Date(0)];
  expect(same(decode(encode([state, state])), [state, state])).toBe(true);
});
