import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { encode } from "../../src/codec/encode.ts";
import { encodeBody } from "../../src/object/body.ts";
import { objectId } from "../../src/object/id.ts";
import {
  decodeState,
  putState,
  readState,
  type StateRef,
  sameState,
  stateRef,
} from "../../src/object/state.ts";
import { codeOf, codeOfAsync } from "../support/code-of.ts";
import { hash, idOf, noise, objects } from "../support/memory-objects.ts";

const LENGTHS = [0, 1, 31, 32, 33, 34, 65_535, 65_536, 65_537, 200_000];

describe("putState", () => {
  test.each(LENGTHS)("%d bytes come back", async (length) => {
    const store = objects();
    const encoded = noise(length, length);
    const ref = putState(encoded, store.put);
    expect(await readState(ref, store.get)).toEqual(encoded);
    expect(stateRef(encoded, hash)).toEqual(ref);
    for (const [id, { kind, body }] of store.bodies) expect(objectId(hash, kind, body)).toBe(id);
  });

  test("up to 32 bytes are in the ref, 33 are an object", () => {
    const store = objects();
    expect(putState(noise(32, 1), store.put)).toEqual({ inline: noise(32, 1) });
    expect(store.bodies.size).toBe(0);
    const ref = putState(noise(33, 1), store.put) as { id: string };
    expect([...store.bodies.keys()]).toEqual([ref.id]);
  });

  test("up to 64 KiB are one object, more are chunks of at most 64 KiB", () => {
    const whole = objects();
    putState(noise(65_536, 1), whole.put);
    expect([...whole.bodies.values()].map(({ kind }) => kind)).toEqual(["state"]);
    const cut = objects();
    putState(noise(65_537, 1), cut.put);
    const kinds = [...cut.bodies.values()].map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "state")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "chunk").length).toBeGreaterThan(1);
    for (const { kind, body } of cut.bodies.values()) {
      if (kind === "chunk") expect(body.length).toBeLessThanOrEqual(65_536);
    }
  });

  test("states that differ in a part share the chunks of the rest, also after an insertion", () => {
    const store = objects();
    const base = noise(1_000_000, 3);
    putState(base, store.put);
    const before = store.bodies.size;
    const changed = base.slice();
    changed[500_000] = (changed[500_000] as number) ^ 1;
    putState(changed, store.put);
    // The state itself and, where the change moves a cut, the chunks up to the next common one.
    expect(store.bodies.size - before).toBeLessThanOrEqual(5);
    const between = store.bodies.size;
    const inserted = new Uint8Array(base.length + 1);
    inserted.set(base.subarray(0, 1000));
    inserted.set(base.subarray(1000), 1001);
    putState(inserted, store.put);
    expect(store.bodies.size - between).toBeLessThan(before / 2);
  });

  test("the object depends on the bytes, not on the buffer that they lie in", () => {
    const encoded = noise(100, 5);
    const large = new Uint8Array(500);
    large.set(encoded, 77);
    expect(stateRef(large.subarray(77, 177), hash)).toEqual(stateRef(encoded, hash));
  });
});

describe("readState", () => {
  test("refuses chunks of another length than declared, and reports a missing one", async () => {
    const store = objects();
    const chunk = store.put("chunk", noise(10, 1));
    const bytesOf = (id: string) => Uint8Array.from(Buffer.from(id, "hex"));
    const state = (length: number) =>
      ({ id: store.put("state", encode([length, [bytesOf(chunk), bytesOf(chunk)]])) }) as StateRef;
    expect((await readState(state(20), store.get)).length).toBe(20);
    expect(await codeOfAsync(readState(state(19), store.get))).toBe("OBJECT_INVALID");
    expect(await codeOfAsync(readState(state(21), store.get))).toBe("OBJECT_INVALID");
    await expect(readState({ id: idOf("state".length) }, store.get)).rejects.toThrow("no state");
  });
});

test("only as many chunks are read as the declared length needs, however often one is listed", async () => {
  const store = objects();
  const chunk = Uint8Array.from(Buffer.from(store.put("chunk", noise(10, 1)), "hex"));
  const state = (length: number): StateRef => ({
    id: store.put("state", encode([length, Array.from({ length: 1_000 }, () => chunk.slice())])),
  });
  const message = /hold 25 bytes, got more/;
  await expect(readState(state(25), store.get)).rejects.toThrow(message);
  expect(store.reads.chunk).toBe(3);
  await expect(readState(state(2 ** 40), store.get)).rejects.toThrow(/at most 2,147,483,647 bytes/);
  expect(store.reads.chunk).toBe(3);
});

describe("decodeState", () => {
  const id = noise(32, 1);
  test.each([
    ["not an array", 5],
    ["nothing", []],
    ["a text", ["x"]],
    ["three elements", [1, [], 2]],
    ["a negative length", [-1, []]],
    ["a fraction as length", [1.5, []]],
    ["a length beyond 2^53", [2n ** 60n, []]],
    ["-0 as length", [-0, [id]]],
    ["an id of 31 bytes", [1, [id.slice(1)]]],
    ["a text as id", [1, ["a"]]],
    ["chunks that are not an array", [1, id]],
    ["a Set of chunks", [1, new Set([id])]],
    ["Uint16 as bytes", [new Uint16Array(3)]],
    ["an ArrayBuffer as bytes", [new ArrayBuffer(3)]],
  ])("refuses %s", (_, content) => {
    expect(codeOf(() => decodeState(encode(content)))).toBe("OBJECT_INVALID");
  });

  test("reads a list of many ids, and refuses one with another item among them at once", () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => noise(32, i));
    const { chunks } = decodeState(encodeBody("state", [5, ids])) as { chunks: readonly string[] };
    expect(chunks).toEqual(ids.map(toHex));
    ids[10_000] = noise(31, 1);
    expect(() => decodeState(encodeBody("state", [5, ids]))).toThrow(
      /^not a valid state: expected at most 10,000 items, got more/,
    );
  });

  test("refuses an encoding that hides in a larger buffer, and one id as a reference to another", () => {
    const buffer = new ArrayBuffer(80);
    const view = new Uint8Array(buffer, 3, 67);
    expect(codeOf(() => decodeState(encode([view, buffer])))).toBe("OBJECT_INVALID");
    expect(codeOf(() => decodeState(encode([64, [id, id]])))).toBe("OBJECT_INVALID");
  });
});

test("sameState compares what the refs name", () => {
  const ref = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 2 }).map((inline): StateRef => ({ inline })),
    fc.constantFrom(1, 2).map((byte): StateRef => ({ id: idOf(byte) })),
  );
  const text = (a: StateRef) => ("inline" in a ? `i${[...a.inline]}` : a.id);
  fc.assert(
    fc.property(ref, ref, (a, b) => {
      expect(sameState(a, b)).toBe(text(a) === text(b));
    }),
  );
});
