import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.ts";
import {
  backgroundHash,
  nodeCompression,
  nodeCrc32,
  nodeHash,
} from "../../src/node/host/platform.ts";
import { type Id, objectId } from "../../src/object/id.ts";
import { checkPack } from "../../src/remote/check-pack.ts";
import { mergeSmallPacks } from "../../src/remote/merge-packs.ts";
import { type Filled, type Packed, PackWriter } from "../../src/remote/pack-writer.ts";
import type { PackRef, Remote } from "../../src/remote/remote.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import type { Room } from "../../src/store/object-store.ts";
import { encodeRecord } from "../../src/store/pack.ts";

const TOOLS = {
  ...{ hash: nodeHash, crc32: nodeCrc32, compression: nodeCompression, backgroundHash },
};

/** A pack of objects with these texts. */
async function packOf(texts: readonly string[], holds: PackRef["holds"]): Promise<Packed> {
  const writer = new PackWriter(TOOLS, holds);
  for (const text of texts) {
    const payload = utf8(text);
    const id = objectId(nodeHash, "chunk", payload);
    writer.addRecord(encodeRecord({ kind: "chunk", id, payload }, TOOLS));
  }
  const { pack, bytes } = await (writer.end() as Filled)();
  return { pack, bytes: bytes.slice() };
}

/** Packs on a remote, and what is sent there when they are merged. */
async function merged(packs: readonly Packed[], damaged = false) {
  const bytes = new Map(packs.map((each) => [each.pack.hash, each.bytes]));
  const readPack = async ({ hash }: PackRef): Promise<Uint8Array> => {
    const found = (bytes.get(hash) as Uint8Array).slice();
    if (damaged) found[20] = (found[20] as number) ^ 1;
    return found;
  };
  const sent: Packed[] = [];
  const named = await mergeSmallPacks(
    packs.map(({ pack }) => pack),
    { readPack } as unknown as Remote,
    TOOLS,
    async ({ pack, bytes }) => void sent.push({ pack, bytes: bytes.slice() }),
  );
  return { named, sent };
}

const small = (count: number, holds: PackRef["holds"]): Promise<Packed[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => packOf([`${holds} ${i}`, "in each"], holds)));

test("many small packs become one of each kind, with each object once", async () => {
  const packs = [...(await small(64, "base")), ...(await small(70, "checkpoints"))];
  const { named, sent } = await merged(packs);
  expect(named).toEqual(sent.map(({ pack }) => pack));
  expect(sent.map(({ pack: { holds, objects } }) => [holds, objects])).toEqual([
    ["base", 65],
    ["checkpoints", 71],
  ]);
  for (const { pack, bytes } of sent) {
    expect((await checkPack(pack, bytes, TOOLS)).size).toBe(pack.objects);
  }
});

test("few of them stay, and large ones", async () => {
  const few = await small(63, "base");
  expect(await merged(few)).toEqual({ named: few.map(({ pack }) => pack), sent: [] });
  const noise = Array.from({ length: 40 }, (_, i) => objectId(nodeHash, "chunk", utf8(`${i}`)));
  const large = await packOf(
    Array.from({ length: 200 }, (_, i) => noise.map((part) => part + i).join("")),
    "base",
  );
  expect(large.pack.bytes).toBeGreaterThan(1 << 18);
  const { named, sent } = await merged([large, ...few, await packOf(["one more"], "base")]);
  expect(named).toEqual([large.pack, ...sent.map(({ pack }) => pack)]);
  expect(sent).toHaveLength(1);
});

test("a damaged one is refused", async () => {
  await expect(merged(await small(64, "base"), true)).rejects.toMatchObject({
    code: "REMOTE_INVALID",
  });
});

test("a pack stays as it is while the two after it are filled, and another is begun", async () => {
  const writer = new PackWriter(TOOLS);
  /** A record that is short, and unpacks to almost as much as a short pack may. */
  const sparse = (i: number): Uint8Array => {
    const payload = new Uint8Array(60 << 20);
    payload[0] = i;
    const id = objectId(nodeHash, "chunk", payload);
    return encodeRecord({ kind: "chunk", id, payload }, TOOLS);
  };
  const packs: Packed[] = [];
  for (let i = 0; packs.length < 3; i++) {
    expect(i).toBeLessThan(10);
    const filled = writer.addRecord(sparse(i));
    if (filled !== undefined) packs.push(await filled());
  }
  // The record that did not fit into the third is the first of the fourth.
  for (const { pack, bytes } of packs) {
    expect((await checkPack(pack, bytes, TOOLS)).size).toBe(pack.objects);
  }
});

test("records make the same packs, whether they were read into their place or not", async () => {
  const records = new Map<Id, Uint8Array>();
  for (let i = 0; i < 8; i++) {
    // Packed they are as long, and some of them do not end where the memory of a pack ends.
    const payload = randomBytes(1_300_000 + i * 100_003);
    const id = objectId(nodeHash, "chunk", payload);
    records.set(id, encodeRecord({ kind: "chunk", id, payload }, TOOLS));
  }
  const packsOf = async (place: (record: Uint8Array, room: Room) => Uint8Array) => {
    const writer = new PackWriter(TOOLS);
    const store = {
      ...memoryStore(nodeHash),
      record: async (id: Id, room?: Room) => place(records.get(id) as Uint8Array, room as Room),
    };
    const packs: Packed[] = [];
    const keep = async (filled: Filled | "missing" | undefined): Promise<void> => {
      if (typeof filled === "function") packs.push(copyOf(await filled()));
    };
    for (const id of records.keys()) await keep(await writer.add(store, "chunk", id));
    await keep(writer.end());
    return packs;
  };
  let inPlace = 0;
  const read = await packsOf((record, room) => {
    // As a file is read: first more than may be needed, then all of it.
    room(2048).fill(7);
    const into = room(record.length);
    into.set(record);
    if (into.byteOffset > 0) inPlace++;
    return into;
  });
  expect(inPlace).toBeGreaterThan(4);
  expect(read.length).toBeGreaterThan(1);
  for (const { pack, bytes } of read) await checkPack(pack, bytes, TOOLS);
  const copied = await packsOf((record) => record);
  expect(copied.map(({ pack }) => pack)).toEqual(read.map(({ pack }) => pack));
});

function copyOf({ pack, bytes }: Packed): Packed {
  return { pack, bytes: bytes.slice() };
}
