import { expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.ts";
import { nodeCompression, nodeCrc32, nodeHash, runningHash } from "../../src/node/host/platform.ts";
import { objectId } from "../../src/object/id.ts";
import { checkPack } from "../../src/remote/check-pack.ts";
import { mergeSmallPacks } from "../../src/remote/merge-packs.ts";
import { type Packed, PackWriter } from "../../src/remote/pack-writer.ts";
import type { PackRef, Remote } from "../../src/remote/remote.ts";
import { encodeRecord } from "../../src/store/pack.ts";

const TOOLS = {
  ...{ hash: nodeHash, crc32: nodeCrc32, compression: nodeCompression, runningHash },
};

/** A pack of objects with these texts. */
function packOf(texts: readonly string[], holds: PackRef["holds"]): Packed {
  const writer = new PackWriter(TOOLS, holds);
  for (const text of texts) {
    const payload = utf8(text);
    const id = objectId(nodeHash, "chunk", payload);
    writer.addRecord(encodeRecord({ kind: "chunk", id, payload }, TOOLS));
  }
  const { pack, bytes } = writer.end() as Packed;
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

const small = (count: number, holds: PackRef["holds"]): Packed[] =>
  Array.from({ length: count }, (_, i) => packOf([`${holds} ${i}`, "in each"], holds));

test("many small packs become one of each kind, with each object once", async () => {
  const packs = [...small(64, "base"), ...small(70, "checkpoints")];
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
  const few = small(63, "base");
  expect(await merged(few)).toEqual({ named: few.map(({ pack }) => pack), sent: [] });
  const noise = Array.from({ length: 40 }, (_, i) => objectId(nodeHash, "chunk", utf8(`${i}`)));
  const large = packOf(
    Array.from({ length: 200 }, (_, i) => noise.map((part) => part + i).join("")),
    "base",
  );
  expect(large.pack.bytes).toBeGreaterThan(1 << 18);
  const { named, sent } = await merged([large, ...few, packOf(["one more"], "base")]);
  expect(named).toEqual([large.pack, ...sent.map(({ pack }) => pack)]);
  expect(sent).toHaveLength(1);
});

test("a damaged one is refused", async () => {
  await expect(merged(small(64, "base"), true)).rejects.toMatchObject({ code: "REMOTE_INVALID" });
});

test("a pack stays as it is while the one after the next is begun", async () => {
  const writer = new PackWriter(TOOLS);
  /** A record that is short, and unpacks to almost as much as a short pack may. */
  const sparse = (i: number): Uint8Array => {
    const payload = new Uint8Array(60 << 20);
    payload[0] = i;
    const id = objectId(nodeHash, "chunk", payload);
    return encodeRecord({ kind: "chunk", id, payload }, TOOLS);
  };
  const packs: Packed[] = [];
  for (let i = 0; packs.length < 2; i++) {
    expect(i).toBeLessThan(8);
    const packed = writer.addRecord(sparse(i));
    if (packed !== undefined) packs.push(packed);
  }
  // The record that did not fit into the second is the first of the third.
  for (const { pack, bytes } of packs) {
    expect((await checkPack(pack, bytes, TOOLS)).size).toBe(pack.objects);
  }
});
