import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../src/base/bytes.ts";
import {
  backgroundHash,
  nodeCompression,
  nodeCrc32,
  nodeHash,
} from "../../src/node/host/platform.ts";
import { type Id, objectId } from "../../src/object/id.ts";
import { checkPack } from "../../src/remote/check-pack.ts";
import { keptRefs, PackTable, seenRefsOf } from "../../src/remote/pack-table.ts";
import { type Filled, PackWriter } from "../../src/remote/pack-writer.ts";
import type { PackRef, RefValue } from "../../src/remote/remote.ts";
import { memoryStore } from "../../src/store/memory-store.ts";

const id = (text: string): Id => toHex(nodeHash(utf8(text))) as Id;
const pack = (text: string): PackRef => {
  return { hash: id(text), bytes: 100, objects: 1, holds: "base" };
};
const value = (packs: readonly PackRef[]): RefValue => {
  return {
    target: id("run"),
    steps: 1,
    code: true,
    full: true,
    about: { run: id("run"), parents: [] },
    packs,
  };
};

describe("the packs of a remote", () => {
  test("are in memory once", () => {
    const table = new PackTable();
    const [a, b] = ["a", "b"].map((where) => table.shared(value([pack("x")]), where));
    expect(a?.packs[0]).toBe(b?.packs[0]);
  });

  test("may be named a million times, and no more", () => {
    const table = new PackTable();
    const packs = Array.from({ length: 10_000 }, (_, i) => pack(`${i}`));
    for (let i = 0; i < 104; i++) table.shared(value(packs), `ref ${i}`);
    expect(() => table.shared(value(packs), "ref")).toThrow("name packs over 1048576 times");
  });

  test("may be 131,072, and no more", () => {
    const table = new PackTable();
    for (let i = 0; i < 1 << 17; i++) table.shared(value([pack(`${i}`)]), "ref");
    expect(() => table.shared(value([pack("x")]), "ref")).toThrow("over 131072 packs");
  });

  test("are what they were after they were kept", () => {
    const [x, y, z] = ["x", "y", "z"].map(pack) as [PackRef, PackRef, PackRef];
    const seen = new Map([
      ["heads/a", { version: "1", value: value([x, y]) }],
      ["heads/b", { version: "2", value: value([y, { ...z, holds: "checkpoints" }, z]) }],
      ["heads/c", { version: "3", value: value([]) }],
    ]);
    const kept = keptRefs(seen);
    expect(kept.packs).toHaveLength(4);
    expect(seenRefsOf(JSON.parse(JSON.stringify(kept)))).toEqual(seen);
  });
});

test("packs of objects that pack well are such as a fetch takes", async () => {
  const store = memoryStore(nodeHash);
  const tools = { crc32: nodeCrc32, compression: nodeCompression, hash: nodeHash };
  const ids: Id[] = [];
  const bodies = new Map<Id, Uint8Array>();
  for (let fill = 1; fill <= 5; fill++) {
    const body = new Uint8Array(2 ** 25).fill(fill);
    ids.push(objectId(nodeHash, "state", body));
    bodies.set(ids.at(-1) as Id, body);
  }
  const get: typeof store.get = async (id) => ({
    kind: "state",
    body: bodies.get(id) as Uint8Array,
  });
  const writer = new PackWriter({ ...tools, backgroundHash });
  let objects = 0;
  const check = async (filled: Filled | "missing" | undefined): Promise<void> => {
    if (filled === undefined || filled === "missing") return;
    const packed = await filled();
    const places = await checkPack(packed.pack, packed.bytes, tools);
    objects += places.size;
  };
  for (const id of ids) await check(await writer.add({ ...store, get }, "state", id));
  await check(writer.end());
  expect(objects).toBe(5);
});
