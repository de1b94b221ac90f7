import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { concatBytes } from "../../../src/base/bytes.ts";
import { FileStore } from "../../../src/node/store/file-store.ts";
import { type Id, objectId } from "../../../src/object/id.ts";
import { encodeRecord, PACK_HEADER } from "../../../src/store/pack.ts";
import { noise } from "../../support/memory-objects.ts";
import { emptyStore, storeTools } from "../../support/store-tools.ts";
import { countingFiles } from "../counting-files.ts";

const PACKS = 50;
const OBJECTS = 5;

/** A store of `count` packs, and the ids in each of them. */
async function manyPacks(
  packs = PACKS,
  objects = OBJECTS,
): Promise<{ readonly root: string; readonly ids: readonly (readonly Id[])[] }> {
  const root = emptyStore();
  const store = new FileStore(root, storeTools());
  const ids: Id[][] = [];
  for (let i = 0; i < packs; i++) {
    const writer = await store.writer();
    const bodies = Array.from({ length: objects }, (_, j) => noise(40, i * objects + j));
    ids.push(bodies.map((body) => writer.put("chunk", body)));
    await writer.close();
  }
  store.close();
  return { root, ids };
}

function opened(root: string) {
  const files = countingFiles();
  const damaged: unknown[] = [];
  const store = new FileStore(root, storeTools(files), ({ data }) => damaged.push(data.file));
  return { store, files, damaged };
}

const isIndex = (name: string): boolean => name.endsWith(".idx");

test("opening a store of many packs lists its folder, and opens none of them", async () => {
  const { root } = await manyPacks();
  const { files } = opened(root);
  expect(files.taken()).toEqual({ opened: [], reads: 0, bytes: 0, lists: 1 });
});

test("a look-up reads each index once at most, in one read, until it has found the object", async () => {
  const { root, ids } = await manyPacks();
  const names = readdirSync(path.join(root, "objects")).filter(isIndex);
  expect(names).toHaveLength(PACKS);
  const needed: number[] = [];
  for (const [id] of ids) {
    const { store, files } = opened(root);
    files.taken();
    expect(await store.get(id as Id)).toBeDefined();
    const { opened: those, reads, lists } = files.taken();
    const indexes = those.filter(isIndex);
    // In the order of the folder, up to the one that has it; then its pack.
    expect(indexes).toEqual(names.slice(0, indexes.length));
    expect(those.slice(indexes.length)).toEqual([indexes.at(-1)?.replace(/idx$/, "pack")]);
    expect([reads, lists]).toEqual([indexes.length + 1, 0]);
    needed.push(indexes.length);
    store.close();
  }
  expect(needed.toSorted((a, b) => a - b)).toEqual(Array.from(names, (_, i) => i + 1));
});

test("objects recorded together are found without another index", async () => {
  const { root, ids } = await manyPacks();
  for (const [first, ...rest] of ids) {
    const { store, files } = opened(root);
    await store.get(first as Id);
    files.taken();
    for (const id of rest) expect(await store.get(id)).toBeDefined();
    expect(files.taken()).toMatchObject({ opened: [], reads: rest.length, lists: 0 });
    store.close();
  }
});

test("every object is found, in any order, from few files that are open at a time", async () => {
  const { root, ids } = await manyPacks();
  const { store, files } = opened(root);
  const all = ids.flat();
  // 97 and the count have no common factor: each one once, from pack to pack.
  for (let i = 0; i < all.length; i++) {
    const id = all[(i * 97) % all.length] as Id;
    expect(await store.has(id)).toBe(true);
    expect((await store.get(id))?.body).toEqual(noise(40, all.indexOf(id)));
  }
  expect(files.taken().opened.filter(isIndex)).toHaveLength(PACKS);
  expect(files.mostOpen()).toBeLessThanOrEqual(17);
  expect(await store.withPrefix("", 1000)).toEqual(all.toSorted());
  expect(store.recordFiles()).toHaveLength(PACKS);
  store.close();
  expect(files.nowOpen()).toBe(0);
});

test("an object is missing once every index was read and the folder was listed again", async () => {
  const { root } = await manyPacks();
  const { store, files } = opened(root);
  files.taken();
  const absent = "0".repeat(64) as Id;
  expect(await store.get(absent)).toBeUndefined();
  expect(files.taken()).toMatchObject({ reads: PACKS, lists: 1 });
  expect(await store.has(absent)).toBe(false);
  expect(files.taken()).toMatchObject({ opened: [], reads: 0, lists: 1 });
  store.close();
});

test("in larger indexes, a look-up reads the fanout and a few ids", async () => {
  const { root, ids } = await manyPacks(12, 200);
  for (const [id] of ids) {
    const { store, files } = opened(root);
    expect(await store.get(id as Id)).toBeDefined();
    const { bytes } = files.taken();
    // One read of 4 KiB each, of 9 KiB; ids that halve 200 or fewer, and an offset; the record.
    expect(bytes).toBeLessThanOrEqual(12 * (4096 + 8 * 32) + 8 + 2048);
    store.close();
  }
  const { store, files } = opened(root);
  for (const id of ids.flat()) expect(await store.has(id)).toBe(true);
  // Then all of it once, after several look-ups.
  expect(files.taken().bytes).toBeLessThan(12 * (4096 + 3 * 9 * 32 + 9104));
  store.close();
});

test("the pack of the last hit is searched first", async () => {
  const { root, ids } = await manyPacks(12, 200);
  const last = readdirSync(path.join(root, "objects")).sort().at(-1);
  for (const [first, second] of ids) {
    const { store, files } = opened(root);
    await store.get(first as Id);
    if (files.taken().opened.at(-1) === last) {
      await store.get(second as Id);
      // Some ids of one index, an offset, and the record: none of the eleven other indexes.
      expect(files.taken().reads).toBeLessThanOrEqual(6);
    }
    store.close();
  }
  expect.assertions(1);
});

test("a pack that another handle seals while this one is open is found", async () => {
  const { root, ids } = await manyPacks();
  const { store } = opened(root);
  expect(await store.has(ids[7]?.[0] as Id)).toBe(true);
  const writer = await new FileStore(root, storeTools()).writer();
  const id = writer.put("chunk", noise(41, 1));
  await writer.close();
  expect((await store.get(id))?.body).toEqual(noise(41, 1));
  store.close();
});

test("an index that is damaged or gone, before or after it was read, hides nothing", async () => {
  const { root, ids } = await manyPacks(6);
  const folder = path.join(root, "objects");
  const [first, second, third, fourth] = readdirSync(folder).filter(isIndex) as string[];
  const { store, damaged } = opened(root);
  const [, ...others] = ids.flat();
  writeFileSync(path.join(folder, first as string), "not an index");
  rmSync(path.join(folder, second as string));
  // No look-up yet, so no damage was found.
  expect(damaged).toEqual([]);
  for (const id of others) expect(await store.get(id)).toBeDefined();
  expect(damaged).toEqual([`objects/${first}`]);
  rmSync(path.join(folder, third as string));
  for (const id of ids.flat()) expect(await store.get(id)).toBeDefined();
  // A missing pack, with the objects that only it had.
  for (const name of [fourth as string, fourth?.replace(/idx$/, "pack") as string]) {
    rmSync(path.join(folder, name));
  }
  store.refresh();
  const left = await Promise.all(ids.flat().map((id) => store.has(id)));
  expect(left.filter(Boolean)).toHaveLength(5 * OBJECTS);
  store.close();
});

test("an index that disappears while it is read in place is not needed", async () => {
  // More packs than can be open at a time, with indexes too large to hold in memory.
  const { root, ids } = await manyPacks(20, 80);
  const { store } = opened(root);
  expect(store.recordFiles()).toHaveLength(20);
  const folder = path.join(root, "objects");
  for (const name of readdirSync(folder).filter(isIndex)) rmSync(path.join(folder, name));
  for (const id of ids.flat()) expect(await store.get(id)).toBeDefined();
  store.close();
});

test("a small index with any wrong bit is refused: its pack is read without it", async () => {
  const { root, ids } = await manyPacks(1);
  const [index] = readdirSync(path.join(root, "objects")).filter(isIndex) as [string];
  const file = path.join(root, "objects", index);
  const whole = readFileSync(file);
  for (let at = 0; at < whole.length; at += 7) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] as number) ^ (1 << (at % 8));
    writeFileSync(file, changed);
    const { store, damaged } = opened(root);
    for (const id of ids.flat()) expect(await store.get(id)).toBeDefined();
    expect(damaged).toEqual([`objects/${index}`]);
    store.close();
  }
});

test("a record that unpacks to more than an object of its kind can have is not unpacked", async () => {
  const root = emptyStore();
  const tools = storeTools();
  const payload = new Uint8Array(8 << 20);
  const id = objectId(tools.hash, "run", payload);
  const bomb = encodeRecord({ kind: "run", id, payload }, tools);
  writeFileSync(path.join(root, "objects/journal-a.pack"), concatBytes([PACK_HEADER, bomb]));
  let unpacked = 0;
  const decompress = (bytes: Uint8Array, length: number): Uint8Array => {
    unpacked++;
    return tools.compression.decompress(bytes, length);
  };
  const compression = { ...tools.compression, decompress };
  const store = new FileStore(root, { ...tools, compression });
  await expect(store.get(id)).rejects.toThrow(
    /expected at most 4,194,304 bytes, got 8,388,608, in/,
  );
  expect(unpacked).toBe(0);
});
