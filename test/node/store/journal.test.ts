import { writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../../src/base/bytes.ts";
import type { Files } from "../../../src/node/host/files.ts";
import { type JournalContent, scanJournal } from "../../../src/node/store/journal.ts";
import { objectId } from "../../../src/object/id.ts";
import { encodeFooter, encodeRecord, PACK_HEADER } from "../../../src/store/pack.ts";
import { encodeTips } from "../../../src/store/tip.ts";
import { hash, noise } from "../../support/memory-objects.ts";
import { quickFiles, storeTools, temporaryFolder } from "../../support/store-tools.ts";

const tools = storeTools();

const record = (payload: Uint8Array) =>
  encodeRecord({ kind: "chunk", id: objectId(hash, "chunk", payload), payload }, tools);
const tipOf = (run: Uint8Array) => ({ ref: "refs/heads/main", run });
const tip = (run: Uint8Array) =>
  encodeRecord({ kind: "tip", payload: encodeTips([tipOf(run)]) }, tools);

function scanner(using = tools): (bytes: Uint8Array, files?: Files) => JournalContent {
  const file = path.join(temporaryFolder(), "journal");
  return (bytes, files = quickFiles) => {
    writeFileSync(file, bytes);
    const descriptor = files.open(file, "read");
    try {
      return scanJournal(files, descriptor, using);
    } finally {
      files.close(descriptor);
    }
  };
}

describe("scanJournal", () => {
  const parts = [
    PACK_HEADER,
    record(noise(60, 1)),
    tip(noise(30, 2)),
    record(new Uint8Array(5000)),
  ];
  parts.push(record(noise(0, 0)), tip(new Uint8Array(3000).fill(5)), record(noise(10, 3)));
  const whole = concatBytes(parts);
  const ends = parts.map((_, i) => concatBytes(parts.slice(0, i + 1)).length);

  test("a journal cut at any byte gives the records before the cut, and no damage", () => {
    const scan = scanner();
    for (let cut = 0; cut <= whole.length; cut++) {
      const content = scan(whole.subarray(0, cut));
      const complete = ends.filter((end) => end <= cut).length;
      expect(content.validEnd).toBe(ends[complete - 1] ?? 0);
      expect(content.damaged).toBe(false);
      expect(content.sealed).toBe(false);
      const places = [1, 3, 4, 6].filter((i) => i < complete).map((i) => ends[i - 1]);
      expect([...content.places.values()]).toEqual(places);
      const last =
        complete > 5 ? new Uint8Array(3000).fill(5) : complete > 2 ? noise(30, 2) : undefined;
      expect(content.tips).toEqual(last === undefined ? [] : [tipOf(last)]);
    }
  });

  test("a footer ends it", () => {
    const content = scanner()(concatBytes([whole, encodeFooter(hash(whole), 4, tools)]));
    expect(content).toMatchObject({ sealed: true, validEnd: whole.length, damaged: false });
  });

  test("a damaged record is skipped: validEnd says where, and the later ones are found", () => {
    const scan = scanner();
    for (let at = 16; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] = (changed[at] as number) ^ 0x40;
      const content = scan(changed);
      const index = ends.findIndex((end) => end > at);
      const isLast = index === parts.length - 1;
      expect(content.damaged).toBe(!isLast);
      const places = [1, 3, 4, 6].filter((i) => i !== index).map((i) => ends[i - 1]);
      expect([...content.places.values()]).toEqual(places);
      expect(content.validEnd).toBe(ends[index - 1]);
      // The last tip before the damage: what came after it does not count as a recording's progress.
      const last = index > 5 ? new Uint8Array(3000).fill(5) : index > 2 ? noise(30, 2) : undefined;
      expect(content.tips).toEqual(last === undefined ? [] : [tipOf(last)]);
    }
  });

  test("damage longer than the search for the next record", () => {
    const scan = scanner();
    const hole = noise(2_500_000, 4);
    const after = record(noise(20, 9));
    const content = scan(concatBytes([whole, hole, after]));
    expect(content.damaged).toBe(true);
    expect(content.validEnd).toBe(whole.length);
    expect(content.places.get(objectId(hash, "chunk", noise(20, 9)))).toBe(
      whole.length + hole.length,
    );
  });

  test("a record that declares more than the file has allocates nothing for it", () => {
    let largest = 0;
    const files: Files = {
      ...quickFiles,
      read(descriptor, offset, length) {
        largest = Math.max(largest, length);
        return quickFiles.read(descriptor, offset, length);
      },
    };
    const huge = record(noise(30, 1));
    const view = new DataView(huge.buffer);
    view.setUint32(8, 2 ** 30, true);
    view.setUint32(12, 2 ** 30, true);
    const content = scanner()(concatBytes([PACK_HEADER, huge]), files);
    expect(content.validEnd).toBe(16);
    expect(largest).toBeLessThanOrEqual(1 << 20);
  });

  describe("bytes read and checked stay in proportion to the file's length", () => {
    const size = 1_500_000;
    const filled = (unit: Uint8Array): Uint8Array => {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += unit.length) {
        bytes.set(unit.subarray(0, Math.min(unit.length, size - at)), at);
      }
      return concatBytes([PACK_HEADER, bytes]);
    };
    const withLengths = (bytes: Uint8Array, raw: number, stored: number): Uint8Array => {
      const changed = bytes.slice();
      new DataView(changed.buffer).setUint32(8, raw, true);
      new DataView(changed.buffer).setUint32(12, stored, true);
      return changed;
    };
    const header = record(new Uint8Array(0));
    const bad = withLengths(header, 1 << 20, 1 << 20);
    const text = (letters: string): Uint8Array => new TextEncoder().encode(letters);

    test.each([
      ["headers that declare a megabyte each", filled(bad)],
      ["headers that declare little", filled(withLengths(header, 60, 60))],
      ["the first letter of a record", filled(text("R"))],
      ["the first letters of a record", filled(text("RWND"))],
      ["a valid record between any two of junk", filled(concatBytes([text("x"), header]))],
      ["valid records and bad ones in turn", filled(concatBytes([bad, header]))],
      ["zeros", filled(new Uint8Array(1))],
      ["noise", filled(noise(size, 7))],
      ["valid records", filled(header)],
    ])("%s", (_, bytes) => {
      let [reads, read, checks, checked] = [0, 0, 0, 0];
      const files: Files = {
        ...quickFiles,
        read(descriptor, offset, length) {
          reads++;
          read += length;
          return quickFiles.read(descriptor, offset, length);
        },
      };
      const crc32 = (some: Uint8Array, start?: number): number => {
        checks++;
        checked += some.length;
        return tools.crc32(some, start);
      };
      scanner({ ...tools, crc32 })(bytes, files);
      expect(read).toBeLessThan(8 * bytes.length);
      expect(reads).toBeLessThan(100);
      expect(checked).toBeLessThan(8 * bytes.length);
      expect(checks).toBeLessThan(bytes.length / 4);
    });

    test("bytes that are not searched count as damaged, not as cut short", () => {
      const content = scanner()(concatBytes([filled(bad), record(noise(60, 1))]));
      expect(content).toMatchObject({ validEnd: 16, damaged: true });
    });

    test("tips unpack to no more", () => {
      let unpacked = 0;
      const compression = {
        ...tools.compression,
        decompress(bytes: Uint8Array, length: number) {
          unpacked += length;
          return tools.compression.decompress(bytes, length);
        },
      };
      const bomb = tip(new Uint8Array(1 << 24));
      const bytes = concatBytes([PACK_HEADER, tip(noise(30, 2)), ...Array(100).fill(bomb)]);
      const content = scanner({ ...tools, compression })(bytes);
      expect(unpacked).toBeLessThan((1 << 27) + 20 * bytes.length);
      expect(content.damaged).toBe(true);
      expect(content.places.size).toBe(0);
    });
  });

  test("accepts any bytes", () => {
    const scan = scanner();
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }).map((tail) => concatBytes([PACK_HEADER, tail])),
      fc
        .tuple(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 }))
        .map(([at, some]) => {
          const changed = whole.slice();
          changed.set(some.subarray(0, whole.length - at), at);
          return changed;
        }),
    );
    fc.assert(
      fc.property(bytes, (some) => {
        expect(scan(some).validEnd).toBeLessThanOrEqual(some.length);
      }),
    );
  });
});
