import { fromHex, toHex, utf8 } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { encode } from "../codec/encode.ts";
import { type Id, KINDS, type Kind } from "../object/id.ts";
import type { Crc32 } from "./crc32.ts";

/** The first 16 bytes of every pack and journal: a name and the version of the format. */
export const PACK_HEADER: Uint8Array = utf8("rewind pack v001");

/** The bytes before a record's payload. */
export const RECORD_HEADER_BYTES = 52;

/** The largest payload, packed or unpacked. A record that declares more is damaged or hostile. */
export const LARGEST_PAYLOAD: number = 1 << 30;

/** The first bytes of every record. */
export const RECORD_MAGIC: Uint8Array = utf8("RWND");

const MAGIC = 0x44_4e_57_52; // the same, as a number in little-endian order
const KIND_TIP = 0xfe;
const KIND_FOOTER = 0xff;
/** Packing shorter payloads saves too little for the time it takes. */
const COMPRESS_FROM_BYTES = 512;
const NO_ID = "0".repeat(64) as Id;

/** The kind of a record: an object, how far a recording has come, or the end of a sealed pack. */
export type RecordKind = Kind | "tip" | "footer";

/** The checked header of a record. */
export interface RecordHeader {
  readonly kind: RecordKind;
  readonly codec: number;
  readonly rawLength: number;
  readonly storedLength: number;
  readonly id: Id;
  readonly crc: number;
}

/** How a payload is packed: the codec byte of a record. */
export const CODECS = { none: 0, brotli: 1 } as const;

/** Packs and unpacks payloads. Each platform passes in its own. */
export interface Compression {
  /** `bytes` packed, the fast way for journals, or the small way for artifacts. */
  compress(bytes: Uint8Array, effort: "fast" | "small"): Uint8Array;
  /** Unpacks to exactly `length` bytes; throws if there are fewer or more, without unpacking more. */
  decompress(bytes: Uint8Array, length: number): Uint8Array;
}

/** What writing and reading a pack needs. */
export interface PackTools {
  readonly crc32: Crc32;
  readonly compression: Compression;
}

/** The bytes of a record: header and payload. Payloads are compressed if that saves space. */
export function encodeRecord(
  record: { readonly kind: RecordKind; readonly id?: Id; readonly payload: Uint8Array },
  tools: PackTools,
): Uint8Array {
  const { kind, payload } = record;
  let stored = payload;
  let codec: number = CODECS.none;
  if (payload.length >= COMPRESS_FROM_BYTES && kind !== "footer") {
    const packed = tools.compression.compress(payload, "fast");
    if (packed.length < payload.length) {
      stored = packed;
      codec = CODECS.brotli;
    }
  }
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + stored.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, kindNumber(kind));
  view.setUint8(5, codec);
  view.setUint32(8, payload.length, true);
  view.setUint32(12, stored.length, true);
  bytes.set(fromHex(record.id ?? NO_ID), 16);
  bytes.set(stored, RECORD_HEADER_BYTES);
  view.setUint32(48, recordCrc(bytes, [stored], tools.crc32), true);
  return bytes;
}

/**
 * The record that ends a sealed pack: the hash of all bytes before it, and the number of objects.
 */
export function encodeFooter(contentHash: Uint8Array, count: number, tools: PackTools): Uint8Array {
  return encodeRecord(
    { kind: "footer", id: toHex(contentHash) as Id, payload: encode([count]) },
    tools,
  );
}

/**
 * Reads the header of a record from the start of `bytes`. Returns undefined if they do not begin with
 * a header: a crash has cut the record short, or it is damaged.
 */
export function decodeHeader(bytes: Uint8Array): RecordHeader | undefined {
  if (bytes.length < RECORD_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, RECORD_HEADER_BYTES);
  const kind = kindOfNumber(view.getUint8(4));
  const codec = view.getUint8(5);
  const rawLength = view.getUint32(8, true);
  const storedLength = view.getUint32(12, true);
  if (
    view.getUint32(0, true) !== MAGIC ||
    kind === undefined ||
    codec > CODECS.brotli ||
    view.getUint16(6, true) !== 0 ||
    rawLength > LARGEST_PAYLOAD ||
    storedLength > rawLength ||
    (codec === CODECS.none && storedLength !== rawLength)
  ) {
    return undefined;
  }
  const id = toHex(bytes.subarray(16, 48)) as Id;
  return { kind, codec, rawLength, storedLength, id, crc: view.getUint32(48, true) };
}

/** Whether a record has the CRC in its header; the payload may come in pieces. */
export function isIntact(
  head: Uint8Array,
  payload: Iterable<Uint8Array>,
  header: RecordHeader,
  crc32: Crc32,
): boolean {
  return recordCrc(head, payload, crc32) === header.crc;
}

/** The payload of a record, unpacked. Throws OBJECT_CORRUPT. */
export function recordPayload(
  bytes: Uint8Array,
  header: RecordHeader,
  tools: PackTools,
): Uint8Array {
  const stored = bytes.subarray(RECORD_HEADER_BYTES, RECORD_HEADER_BYTES + header.storedLength);
  if (header.codec === CODECS.none) return stored;
  try {
    return tools.compression.decompress(stored, header.rawLength);
  } catch (error) {
    throw new RewindError(
      "OBJECT_CORRUPT",
      `expected ${header.kind} ${header.id} to unpack to ${count(header.rawLength)} bytes`,
      { id: header.id, kind: header.kind },
      { cause: error },
    );
  }
}

/** The CRC of a record without the four bytes that hold it. */
function recordCrc(head: Uint8Array, payload: Iterable<Uint8Array>, crc32: Crc32): number {
  let crc = crc32(head.subarray(0, 48));
  for (const piece of payload) crc = crc32(piece, crc);
  return crc;
}

function kindNumber(kind: RecordKind): number {
  if (kind === "tip") return KIND_TIP;
  if (kind === "footer") return KIND_FOOTER;
  return KINDS.indexOf(kind);
}

function kindOfNumber(number: number): RecordKind | undefined {
  if (number === KIND_TIP) return "tip";
  if (number === KIND_FOOTER) return "footer";
  return KINDS[number];
}
