import { equalBytes } from "../base/bytes.ts";
import type { Id } from "../object/id.ts";
import {
  decodeHeader,
  isIntact,
  LARGEST_PAYLOAD,
  PACK_HEADER,
  type PackTools,
  RECORD_HEADER_BYTES,
  type RecordHeader,
  recordPayload,
} from "../store/pack.ts";
import type { Files } from "./files.ts";

/** What a journal holds, as far as its records are valid. */
export interface JournalContent {
  /** Where each object's record begins. */
  readonly places: ReadonlyMap<Id, number>;
  /** The payload of the last tip. */
  readonly tip: Uint8Array | undefined;
  /** Where the valid records end: a footer follows, or what a crash cut short, or is being written. */
  readonly validEnd: number;
  /** Where a record is damaged that has valid ones after it. */
  readonly damagedAt: number | undefined;
  /** Whether it has the footer of a sealed pack. */
  readonly sealed: boolean;
}

/** Reads a journal up to its last valid record. Any bytes at all are taken. */
export function scanJournal(files: Files, descriptor: number, tools: PackTools): JournalContent {
  const length = files.size(descriptor);
  const places = new Map<Id, number>();
  let tip: Uint8Array | undefined;
  let sealed = false;
  let at = PACK_HEADER.length;
  if (!equalBytes(files.read(descriptor, 0, at), PACK_HEADER)) {
    return { places, tip, validEnd: 0, damagedAt: length >= at ? 0 : undefined, sealed };
  }
  for (;;) {
    const record = readRecord(files, descriptor, at, tools);
    sealed = record?.header.kind === "footer";
    if (record === undefined || sealed) break;
    const { header, bytes } = record;
    if (header.kind === "tip") tip = recordPayload(bytes, header, tools);
    else places.set(header.id, at);
    at += bytes.length;
  }
  const damaged = !sealed && at < length && hasRecordAfter(files, descriptor, at + 1, tools);
  return { places, tip, validEnd: at, damagedAt: damaged ? at : undefined, sealed };
}

/** The record at an offset, header and payload, if it is valid. */
function readRecord(
  files: Files,
  descriptor: number,
  offset: number,
  tools: PackTools,
): { readonly header: RecordHeader; readonly bytes: Uint8Array } | undefined {
  const header = decodeHeader(files.read(descriptor, offset, RECORD_HEADER_BYTES));
  if (header === undefined || header.storedLength > LARGEST_PAYLOAD) return undefined;
  const length = RECORD_HEADER_BYTES + header.storedLength;
  const bytes = files.read(descriptor, offset, length);
  return bytes.length === length && isIntact(bytes, header, tools.crc32)
    ? { header, bytes }
    : undefined;
}

/** How much is looked through at a time for the next record. */
const WINDOW = 1 << 20;

/** Whether a valid record begins anywhere from `offset` on: then what lies before it is damage. */
function hasRecordAfter(
  files: Files,
  descriptor: number,
  offset: number,
  tools: PackTools,
): boolean {
  const first = 0x52; // "R", the first byte of a record
  for (let base = offset; ; base += WINDOW) {
    const bytes = files.read(descriptor, base, WINDOW);
    for (let i = bytes.indexOf(first); i !== -1; i = bytes.indexOf(first, i + 1)) {
      if (readRecord(files, descriptor, base + i, tools) !== undefined) return true;
    }
    if (bytes.length < WINDOW) return false;
  }
}
