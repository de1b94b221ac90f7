import { describe, expect, test } from "vitest";
import { encode } from "../../src/codec/encode.ts";
import { decodeObject } from "../../src/object/any.ts";
import { Fields } from "../../src/object/body.ts";
import {
  parseParamsRef,
  putParams,
  readParams,
  readShortParams,
  sameParams,
} from "../../src/object/params.ts";
import { objects } from "../support/memory-objects.ts";

const long = (length: number) => ({ p: 0.5, menu: [{ name: "x".repeat(length) }] });

test("short params are in the run, long ones are an object, and the longest are in chunks", async () => {
  const { put, get, kinds } = counted();
  for (const [length, expected] of [
    [10, []],
    [1_000, ["params"]],
    [300_000, ["chunk", "params"]],
  ] as const) {
    kinds.clear();
    const ref = putParams(long(length), put);
    expect([...kinds].sort()).toEqual(expected);
    expect(await readParams(ref, get)).toEqual(long(length));
  }
});

test("for params over the limit only the size is read, and no chunk", async () => {
  const store = objects();
  for (const length of [10, 1_000, 300_000]) {
    const ref = putParams(long(length), store.put);
    const bytes = encode(long(length), { root: "params" }).length;
    const chunks = store.reads.chunk;
    const most = bytes - 1;
    const values = "inline" in ref ? long(length) : undefined;
    expect(await readShortParams(ref, store.get, most)).toEqual({ bytes, values });
    expect(store.reads.chunk).toBe(chunks);
    expect(await readShortParams(ref, store.get, bytes)).toEqual({ bytes, values: long(length) });
  }
});

test("being frozen makes no difference, and read params are the caller's own", async () => {
  const { put, get } = counted();
  for (const length of [10, 1_000]) {
    const params = long(length);
    const plain = putParams(params, put);
    Object.freeze(params.menu[0]);
    Object.freeze(params.menu);
    const frozen = putParams(Object.freeze(params), put);
    expect(sameParams(plain, frozen)).toBe(true);
    const [read, again] = [await readParams(frozen, get), await readParams(frozen, get)];
    expect(Object.isFrozen(read) || Object.isFrozen(read.menu)).toBe(false);
    expect(read.menu).not.toBe(again.menu);
  }
  expect(sameParams(putParams(long(10), put), putParams(long(11), put))).toBe(false);
  expect(sameParams(putParams(long(1_000), put), putParams(long(1_001), put))).toBe(false);
  expect(sameParams(putParams(long(10), put), putParams(long(1_000), put))).toBe(false);
});

describe("the ref in a run", () => {
  const read = (value: unknown) => parseParamsRef(new Fields([value], "run"));
  test("is short params, or an id", () => {
    expect(read({ p: 1 })).toEqual({ inline: { p: 1 } });
    expect(read(new Uint8Array(32))).toEqual({ id: "00".repeat(32) });
  });
  test.each<[string, unknown]>([
    ["long params", long(300)],
    ["an array", [1]],
    ["an id that is too short", new Uint8Array(31)],
  ])("is never %s", (_, value) => expect(() => read(value)).toThrow(/not valid params/));
});

test("an object of params is readable", async () => {
  const { put, get } = counted();
  const ref = putParams(long(1_000), put);
  if (!("id" in ref)) throw new Error("expected an object");
  expect(decodeObject("params", await get("params", ref.id))).toEqual({ params: long(1_000) });
  expect(encode(long(1_000)).length).toBeGreaterThan(1_000);
});

function counted() {
  const store = objects();
  const kinds = new Set<string>();
  const put: typeof store.put = (kind, body) => {
    kinds.add(kind);
    return store.put(kind, body);
  };
  return { put, get: store.get, kinds };
}
