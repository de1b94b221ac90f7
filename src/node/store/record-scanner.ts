import { equalBytes } from "../../base/bytes.ts";
import {
  decodeHeader,
  isIntact,
  type PackTools,
  RECORD_HEADER_BYTES,
  RECORD_MAGIC,
  type RecordHeader,
  recordPayload,
} from "../../store/pack.ts";
import type { Files } from "../host/files.ts";

/** The bytes read at a time. */
const WINDOW = 1 << 20;

/** How far to search for the next record before the rest counts as damaged. */
const LOOK_BYTES = 1 << 26;

/** Failed checks may read this many times the file's length, besides one search through it. */
const VAIN_CHECKS = 4;

/**
 * All tips together may unpack to SMALL_TIPS bytes plus TIPS_RATIO times the file's length. A tip
 * is mostly ids, which hardly compress.
 */
const SMALL_TIPS = 1 << 27;
const TIPS_RATIO = 16;

/** A record whose checksum is right. */
export interface ValidRecord {
  readonly header: RecordHeader;
  readonly offset: number;
  /** Bytes of header and payload. */
  readonly length: number;
}

/**
 * Finds records in a file of arbitrary bytes. A stranger's file may be full of invalid records that
 * look real, so reads and checks have a budget in proportion to its length.
 */
export class RecordScanner {
  readonly length: number;
  readonly #files: Files;
  readonly #descriptor: number;
  readonly #tools: PackTools;
  /** The part of the file that was read last, and its offset, which only grows. */
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = 0;
  #checksLeft: number;
  #tipBytesLeft: number;
  #hasGivenUp = false;

  constructor(files: Files, descriptor: number, tools: PackTools) {
    this.#files = files;
    this.#descriptor = descriptor;
    this.#tools = tools;
    this.length = files.size(descriptor);
    this.#checksLeft = VAIN_CHECKS * this.length;
    this.#tipBytesLeft = SMALL_TIPS + TIPS_RATIO * this.length;
  }

  /** Whether a search stopped before the end of the file, so that valid records may follow. */
  get hasGivenUp(): boolean {
    return this.#hasGivenUp;
  }

  /** Whether the file begins with these few bytes. */
  startsWith(start: Uint8Array): boolean {
    return equalBytes(this.#windowFrom(0).subarray(0, start.length), start);
  }

  /** The record at an offset, if it is valid and the budget allows the check. */
  recordAt(offset: number): ValidRecord | undefined {
    const head = this.#windowFrom(offset).subarray(0, RECORD_HEADER_BYTES);
    const header = decodeHeader(head);
    if (header === undefined) return undefined;
    const length = RECORD_HEADER_BYTES + header.storedLength;
    // Nothing is allocated for a declared length that exceeds the file.
    if (length > this.length - offset) return undefined;
    if (length > this.#checksLeft) {
      this.#hasGivenUp = true;
      return undefined;
    }
    if (isIntact(head, this.#payload(offset, length), header, this.#tools.crc32)) {
      return { header, offset, length };
    }
    this.#checksLeft -= length;
    return undefined;
  }

  /** The next valid record at or after `offset`; the bytes before it are damaged. */
  nextRecord(offset: number): ValidRecord | undefined {
    const end = Math.min(this.length - RECORD_HEADER_BYTES + 1, offset + LOOK_BYTES);
    for (let at = offset; at < end; ) {
      const found = indexOfMagic(this.#windowFrom(at));
      if (found === -1) {
        // The magic may cross the end of the window.
        at = this.#windowAt + this.#window.length - RECORD_MAGIC.length + 1;
        continue;
      }
      const record = this.recordAt(at + found);
      if (record !== undefined) return record;
      this.#checksLeft -= RECORD_HEADER_BYTES;
      if (this.#checksLeft < 0) break;
      at += found + 1;
    }
    this.#hasGivenUp ||= this.#checksLeft < 0 || offset + LOOK_BYTES < this.length;
    return undefined;
  }

  /** The unpacked payload of a tip; undefined if it does not unpack or exceeds the budget. */
  tipPayload({ header, offset, length }: ValidRecord): Uint8Array | undefined {
    this.#tipBytesLeft -= header.rawLength;
    if (this.#tipBytesLeft < 0) return undefined;
    try {
      return recordPayload(this.#read(offset, length), header, this.#tools);
    } catch {
      return undefined;
    }
  }

  /** The payload of a record in pieces, beginning with the one in the window. */
  *#payload(offset: number, length: number): Generator<Uint8Array> {
    const end = offset + length;
    let at = offset + RECORD_HEADER_BYTES;
    const windowEnd = Math.min(end, this.#windowAt + this.#window.length);
    if (windowEnd > at) {
      yield this.#window.subarray(at - this.#windowAt, windowEnd - this.#windowAt);
      at = windowEnd;
    }
    for (; at < end; at += WINDOW) yield this.#read(at, Math.min(WINDOW, end - at));
  }

  /** The window from `offset`; read again unless it holds a whole header there. */
  #windowFrom(offset: number): Uint8Array {
    const end = Math.min(offset + RECORD_HEADER_BYTES, this.length);
    if (offset < this.#windowAt || end > this.#windowAt + this.#window.length) {
      this.#window = this.#read(offset, Math.min(WINDOW, this.length - offset));
      this.#windowAt = offset;
    }
    return this.#window.subarray(offset - this.#windowAt);
  }

  #read(offset: number, length: number): Uint8Array {
    return this.#files.read(this.#descriptor, offset, length);
  }
}

/** The index of a record's magic, or -1. One pass, whatever the bytes are. */
function indexOfMagic(bytes: Uint8Array): number {
  const [r, w, n, d] = RECORD_MAGIC;
  for (let i = 0; i + 3 < bytes.length; i++) {
    if (bytes[i] === r && bytes[i + 1] === w && bytes[i + 2] === n && bytes[i + 3] === d) return i;
  }
  return -1;
}
