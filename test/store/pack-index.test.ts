import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import type { Id } from "../../src/object/id.ts";
import { encodeIndex, PackIndex } from "../../src/store/pack-index.ts";
import { codeOf } from "../support/code-of.ts";
import { hash, idOf, noise } from "../support/memory-objects.ts";

const PACK_HASH = noise(32, 1);

function open(bytes: Uint8Array): PackIndex {
  const read = (offset: number, length: number) => bytes.slice(offset, offset + length);
  return new PackIndex(read, bytes.length, "objects/test.idx", hash);
}

/** `count` ids with offsets in another order; `first` limits their first bytes. */
function model(count: number, first: (i: number) => number = (i) => i * 37): Map<Id, number> {
  const places = new Map<Id, number>();
  for (let i = 0; i < count; i++) {
    const bytes = noise(32, i);
    bytes[0] = first(i);
    places.set(toHex(bytes) as Id, 16 + ((i * 7919) % 100_003) * 1000);
  }
  return places;
}

describe("PackIndex against a Map", () => {
  test.each([
    ["no ids", model(0)],
    ["one", model(1)],
    ["two", model(2)],
    ["5,000 over all first bytes", model(5000)],
    ["3,000 with one first byte", model(3000, () => 0x7f)],
    ["300 with the first bytes 00 and ff", model(300, (i) => (i % 2) * 255)],
    ["the lowest and the highest id", new Map([idOf(0), idOf(0xff)].map((id) => [id, 16]))],
    ["offsets beyond 4 GiB", new Map([[idOf(5), 2 ** 40 + 3]])],
  ])("%s", (_, places) => {
    const index = open(encodeIndex(places, PACK_HASH, hash));
    const sorted = [...places.keys()].sort();
    expect(index.count).toBe(places.size);
    expect(index.packHash()).toBe(toHex(PACK_HASH));
    expect([...index.entries()]).toEqual(sorted.map((id) => [id, places.get(id)]));
    const firsts = sorted.map((id) => Number.parseInt(id.slice(0, 2), 16));
    expect(index.firstBytes()).toEqual([...new Set(firsts)]);
    for (const [id, place] of places) expect(index.find(fromHex(id))).toBe(place);
    const near = sorted.flatMap((id) => [
      `${id.slice(0, 63)}${id.endsWith("0") ? "1" : "0"}` as Id,
      `${id.startsWith("0") ? "1" : "0"}${id.slice(1)}` as Id,
    ]);
    for (const id of [...near.slice(0, 500), idOf(0), idOf(0xff), idOf(0x80)]) {
      expect(index.find(fromHex(id))).toBe(places.get(id));
    }
    const prefix = fc.oneof(
      fc.nat().map((n) => (sorted[n % Math.max(1, sorted.length)] ?? "").slice(0, n % 65)),
      fc.stringMatching(/^[0-9a-f]{0,4}$/),
    );
    fc.assert(
      fc.property(prefix, fc.nat(12), (start, limit) => {
        const expected = sorted.filter((id) => id.startsWith(start)).slice(0, limit);
        expect(index.withPrefix(start, limit)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
    expect(index.verify(hash)).toBeUndefined();
  });

  test("the bytes depend on the content, not on the order of the Map", () => {
    const places = model(100);
    const reversed = new Map([...places].reverse());
    expect(encodeIndex(reversed, PACK_HASH, hash)).toEqual(encodeIndex(places, PACK_HASH, hash));
  });

  /** The sizes of the reads that open an index of `count` objects and find the first 200. */
  const readsOf = (count: number): { open: number[]; finds: number[][]; all: number } => {
    const bytes = encodeIndex(model(count), PACK_HASH, hash);
    const reads: number[] = [];
    const counting = (offset: number, length: number) => {
      reads.push(length);
      return bytes.slice(offset, offset + length);
    };
    const taken = (): number[] => reads.splice(0);
    const index = new PackIndex(counting, bytes.length, "x", hash);
    const open = taken();
    const finds = [...model(count).keys()].slice(0, 200).map((id) => {
      index.find(fromHex(id));
      return taken();
    });
    return { open, finds, all: bytes.length };
  };
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

  test("a look-up reads a few ids, not the whole of a large index", () => {
    const { open, finds } = readsOf(10_000);
    expect(open).toEqual([4096]);
    // 40 ids per first byte: six halvings, the id, the offset.
    for (const reads of finds.slice(0, 50)) expect(sum(reads)).toBeLessThanOrEqual(8 * 32 + 8);
  });

  test("an index is read once, after three look-ups and one more for each 8 KiB", () => {
    for (const count of [100, 5000, 20_000]) {
      const { open, finds, all } = readsOf(count);
      const rare = 3 + Math.floor(all / 8192);
      expect(open).toEqual([4096]);
      for (const reads of finds.slice(0, rare)) expect(sum(reads)).toBeLessThanOrEqual(9 * 32 + 8);
      expect(finds[rare]).toEqual([all]);
      expect(finds.slice(rare + 1).flat()).toEqual([]);
    }
  });

  test("the index of a small pack is read completely when it is opened", () => {
    const { open, finds, all } = readsOf(74);
    expect(open).toEqual([all]);
    expect(finds.flat()).toEqual([]);
  });
});

describe("a damaged index", () => {
  const places = model(20);
  const bytes = encodeIndex(places, PACK_HASH, hash);

  test("verify finds every flipped bit, and no flipped bit gives an offset that is not a number", () => {
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      const code = codeOf(() => open(changed).verify(hash));
      expect(code).toBe("STORE_DAMAGED");
      for (const id of places.keys()) {
        let place: number | undefined;
        const found = codeOf(() => {
          place = open(changed).find(fromHex(id));
        });
        if (found !== "") expect(found).toBe("STORE_DAMAGED");
        else expect(place === undefined || Number.isSafeInteger(place)).toBe(true);
      }
    }
  });

  test("every truncation, and an extra byte, is refused when it is opened", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => open(bytes.subarray(0, length)))).toBe("STORE_DAMAGED");
    }
    expect(codeOf(() => open(Uint8Array.of(...bytes, 0)))).toBe("STORE_DAMAGED");
  });

  test("a descending fanout, or a count that does not fit the length, is refused", () => {
    const falling = bytes.slice();
    new DataView(falling.buffer).setUint32(16 + 4 * 100, 1000, true);
    expect(codeOf(() => open(falling))).toBe("STORE_DAMAGED");
    const huge = bytes.slice();
    for (let i = 0; i < 256; i++)
      new DataView(huge.buffer).setUint32(16 + 4 * i, 2 ** 32 - 1, true);
    expect(codeOf(() => open(huge))).toBe("STORE_DAMAGED");
  });
});
