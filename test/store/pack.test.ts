import { brotliDecompressSync, crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { nodeCompression } from "../../src/node/host/platform.ts";
import { KINDS, objectId } from "../../src/object/id.ts";
import { crc32 } from "../../src/store/crc32.ts";
import {
  decodeHeader,
  encodeFooter,
  encodeRecord,
  isIntact,
  LARGEST_PAYLOAD,
  PACK_HEADER,
  RECORD_HEADER_BYTES,
  type RecordHeader,
  recordPayload,
} from "../../src/store/pack.ts";
import { codeOf } from "../support/code-of.ts";
import { hash, noise } from "../support/memory-objects.ts";

const tools = { crc32, compression: nodeCompression };

function record(payload: Uint8Array, kind: (typeof KINDS)[number] = "chunk"): Uint8Array {
  return encodeRecord({ kind, id: objectId(hash, kind, payload), payload }, tools);
}

function header(bytes: Uint8Array): RecordHeader {
  return decodeHeader(bytes) as RecordHeader;
}

describe("the layout of a record is frozen", () => {
  test("magic, kind, codec, lengths, id, CRC and payload are at the offsets in FORMAT", () => {
    const payload = noise(100, 1);
    const bytes = record(payload, "tile");
    const view = new DataView(bytes.buffer);
    expect(new TextDecoder().decode(PACK_HEADER)).toBe("rewind pack v001");
    expect(bytes.length).toBe(52 + 100);
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe("RWND");
    expect([...bytes.subarray(4, 8)]).toEqual([2, 0, 0, 0]);
    expect([view.getUint32(8, true), view.getUint32(12, true)]).toEqual([100, 100]);
    expect(toHex(bytes.subarray(16, 48))).toBe(objectId(hash, "tile", payload));
    const rest = Buffer.concat([bytes.subarray(0, 48), bytes.subarray(52)]);
    expect(view.getUint32(48, true)).toBe(zlibCrc32(rest));
    expect(bytes.subarray(52)).toEqual(payload);
  });

  test("a payload that shrinks is packed with brotli, and declares both lengths", () => {
    const payload = new Uint8Array(1000).fill(3);
    const bytes = record(payload);
    const { codec, rawLength, storedLength } = header(bytes);
    expect([codec, rawLength]).toEqual([1, 1000]);
    expect(storedLength).toBe(bytes.length - RECORD_HEADER_BYTES);
    expect(storedLength).toBeLessThan(50);
    expect(new Uint8Array(brotliDecompressSync(bytes.subarray(52)))).toEqual(payload);
  });

  test("a payload that does not shrink is not packed", () => {
    for (const payload of [new Uint8Array(511), noise(512, 1), noise(5000, 2), new Uint8Array(0)]) {
      expect(header(record(payload))).toMatchObject({ codec: 0, storedLength: payload.length });
    }
    expect(header(record(new Uint8Array(512))).codec).toBe(1);
  });

  test("a footer has the hash of the bytes before it", () => {
    const bytes = encodeFooter(noise(32, 1), 7, tools);
    expect(header(bytes)).toMatchObject({ kind: "footer", id: toHex(noise(32, 1)), codec: 0 });
    expect([...recordPayload(bytes, header(bytes), tools)]).toEqual([0x81, 7]);
  });
});

describe("records", () => {
  test("records of any kind and payload come back", () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.tuple(fc.nat(3000), fc.nat(255)).map(([n, byte]) => new Uint8Array(n).fill(byte)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...KINDS, "tip" as const), payload, (kind, bytes) => {
        const id = kind === "tip" ? undefined : objectId(hash, kind, bytes);
        const made = encodeRecord({ kind, ...(id && { id }), payload: bytes }, tools);
        const read = header(made);
        expect(read).toMatchObject({ kind, rawLength: bytes.length, id: id ?? "0".repeat(64) });
        expect(isIntact(made, [made.subarray(RECORD_HEADER_BYTES)], read, crc32)).toBe(true);
        expect(recordPayload(made, read, tools)).toEqual(bytes);
      }),
    );
  });

  test.each([noise(40, 1), new Uint8Array(900)])("every flipped bit is found", (payload) => {
    const bytes = record(payload);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      const read = decodeHeader(changed);
      if (read === undefined) continue;
      const length = RECORD_HEADER_BYTES + read.storedLength;
      expect(
        length === changed.length &&
          isIntact(changed, [changed.subarray(RECORD_HEADER_BYTES)], read, crc32),
      ).toBe(false);
    }
  });

  test("a header that was cut short is refused", () => {
    const bytes = record(noise(40, 1));
    for (let n = 0; n < RECORD_HEADER_BYTES; n++) {
      expect(decodeHeader(bytes.subarray(0, n))).toBeUndefined();
    }
    expect(decodeHeader(bytes.subarray(0, RECORD_HEADER_BYTES))).toBeDefined();
  });

  test("headers that make no sense are refused, whatever their CRC", () => {
    const change = (edit: (view: DataView) => void): RecordHeader | undefined => {
      const bytes = record(new Uint8Array(900));
      edit(new DataView(bytes.buffer));
      return decodeHeader(bytes);
    };
    expect(change(() => {})).toBeDefined();
    expect(change((view) => view.setUint8(4, KINDS.length))).toBeUndefined();
    expect(change((view) => view.setUint8(5, 2))).toBeUndefined();
    expect(change((view) => view.setUint8(6, 1))).toBeUndefined();
    expect(change((view) => view.setUint8(7, 1))).toBeUndefined();
    expect(change((view) => view.setUint32(8, LARGEST_PAYLOAD + 1, true))).toBeUndefined();
    expect(change((view) => view.setUint32(12, 901, true))).toBeUndefined();
    expect(change((view) => view.setUint8(5, 0))).toBeUndefined();
    expect(change((view) => view.setUint32(8, LARGEST_PAYLOAD, true))).toBeDefined();
  });

  test("a payload that unpacks to more or less than declared, or not at all, is OBJECT_CORRUPT", () => {
    const bytes = record(new Uint8Array(900));
    const read = header(bytes);
    const code = (length: number, from = bytes) =>
      codeOf(() => recordPayload(from, { ...read, rawLength: length }, tools));
    expect(code(900)).toBe("");
    for (const length of [0, 1, 899, 901, LARGEST_PAYLOAD])
      expect(code(length)).toBe("OBJECT_CORRUPT");
    expect(code(900, bytes.slice().fill(0xff, 52))).toBe("OBJECT_CORRUPT");
  });
});

describe("nodeCompression", () => {
  test("round-trips, fast and small", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), (bytes, fast) => {
        const packed = nodeCompression.compress(bytes, fast ? "fast" : "small");
        expect(nodeCompression.decompress(packed, bytes.length)).toEqual(bytes);
      }),
    );
  });

  test("bytes after the end of the packed ones are refused", () => {
    const packed = nodeCompression.compress(noise(300, 1), "small");
    const more = Uint8Array.of(...packed, 0);
    expect(() => nodeCompression.decompress(more, 300)).toThrow("300 bytes packed in");
    expect(() => nodeCompression.decompress(packed.subarray(0, -1), 300)).toThrow();
  });

  test("a bomb is stopped at the declared length", () => {
    const bomb = nodeCompression.compress(new Uint8Array(100_000_000), "small");
    expect(bomb.length).toBeLessThan(1000);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => nodeCompression.decompress(bomb, 1000)).toThrow();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });
});
