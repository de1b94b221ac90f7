import { equalBytes } from "../base/bytes.ts";
import { isRewindError } from "../base/errors.ts";
import type { Id } from "../object/id.ts";
import {
  decodeHeader,
  isIntact,
  PACK_HEADER,
  type PackTools,
  RECORD_HEADER_BYTES,
  type RecordHeader,
  recordPayload,
} from "../store/pack.ts";
import { decodeTips, type StoredTip } from "../store/tip.ts";
import type { Files } from "./files.ts";

/** What a journal holds, as far as its records are valid. */
export interface JournalContent {
  /** Where each object's record begins. */
  readonly places: ReadonlyMap<Id, number>;
  /** The last tip of each ref, of those before the first damage: a journal may hold several recordings. */
  readonly tips: readonly StoredTip[];
  /** Where the valid records from the start on end: a footer follows, or damage, or what is being written. */
  readonly validEnd: number;
  /** Whether valid records stand after damage, or a record of tips holds something else. */
  readonly damaged: boolean;
  /** Whether it has the footer of a sealed pack. */
  readonly sealed: boolean;
}

/** Reads the valid records of a journal, also those after a damaged one. Any bytes at all are taken. */
export function scanJournal(files: Files, descriptor: number, tools: PackTools): JournalContent {
  const length = files.size(descriptor);
  const places = new Map<Id, number>();
  const tips = new Map<string | undefined, StoredTip>();
  let isForeign = false;
  let sealed = false;
  let damagedAt: number | undefined;
  let at = PACK_HEADER.length;
  if (!equalBytes(files.read(descriptor, 0, at), PACK_HEADER)) at = 0;
  while (at < length) {
    const record = readRecord(files, descriptor, at, tools);
    if (record === undefined) {
      const next = nextRecord(files, descriptor, at + 1, tools);
      if (next !== undefined || length - at > LOOK_BYTES) damagedAt ??= at;
      if (next === undefined) break;
      at = next;
      continue;
    }
    sealed = record.header.kind === "footer";
    if (sealed) break;
    const { payload } = record;
    if (payload === undefined) places.set(record.header.id, at);
    else if (damagedAt === undefined) {
      const found = tipsIn(payload);
      isForeign ||= found === undefined;
      for (const tip of found ?? []) tips.set(tip.ref, tip);
    }
    at += record.length;
  }
  const validEnd = damagedAt ?? at;
  const damaged = damagedAt !== undefined || isForeign;
  return { places, tips: [...tips.values()], validEnd, damaged, sealed };
}

/** The tips of a record; undefined where something else has its checksum. */
function tipsIn(payload: Uint8Array): readonly StoredTip[] | undefined {
  try {
    return decodeTips(payload);
  } catch (error) {
    if (isRewindError(error)) return undefined;
    throw error;
  }
}

interface ValidRecord {
  readonly header: RecordHeader;
  /** Bytes of header and payload. */
  readonly length: number;
  /** The payload of a tip; the payload of an object is read when it is wanted. */
  readonly payload: Uint8Array | undefined;
}

/** The record at an offset, if it is valid. */
function readRecord(
  files: Files,
  descriptor: number,
  offset: number,
  tools: PackTools,
): ValidRecord | undefined {
  const header = decodeHeader(files.read(descriptor, offset, RECORD_HEADER_BYTES));
  if (header === undefined) return undefined;
  const length = RECORD_HEADER_BYTES + header.storedLength;
  // What declares more than there is must not make room for it.
  if (length > files.size(descriptor) - offset) return undefined;
  const bytes = files.read(descriptor, offset, length);
  if (bytes.length < length || !isIntact(bytes, header, tools.crc32)) return undefined;
  if (header.kind !== "tip") return { header, length, payload: undefined };
  try {
    return { header, length, payload: recordPayload(bytes, header, tools) };
  } catch {
    return undefined;
  }
}

/** How much is looked through at a time for the next record. */
const WINDOW = 1 << 20;

/** How far is looked for it: what has more bytes of nothing valid counts as damaged there. */
const LOOK_BYTES = 1 << 26;

/** Where the next valid record begins, from `offset` on: then what lies before it is damage. */
function nextRecord(
  files: Files,
  descriptor: number,
  offset: number,
  tools: PackTools,
): number | undefined {
  const first = 0x52; // "R", the first byte of a record
  const end = Math.min(files.size(descriptor), offset + LOOK_BYTES);
  for (let base = offset; base < end; base += WINDOW) {
    const bytes = files.read(descriptor, base, Math.min(WINDOW, end - base));
    for (let i = bytes.indexOf(first); i !== -1; i = bytes.indexOf(first, i + 1)) {
      if (readRecord(files, descriptor, base + i, tools) !== undefined) return base + i;
    }
  }
  return undefined;
}
