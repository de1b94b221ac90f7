import path from "node:path";
import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { Hash } from "../../codec/hash.ts";
import { longestBody } from "../../object/body.ts";
import type { Id, Kind } from "../../object/id.ts";
import type { Room } from "../../store/object-store.ts";
import {
  decodeHeader,
  isIntact,
  type PackTools,
  RECORD_HEADER_BYTES,
  type RecordHeader,
  recordPayload,
} from "../../store/pack.ts";
import { PackIndex } from "../../store/pack-index.ts";
import type { OpenFiles } from "./open-files.ts";

/**
 * Most records are smaller than this and need one read. Node allocates buffers of this size from a
 * pool.
 */
const FIRST_READ_BYTES = 2048;

/** For a longer record, memory is allocated only if the file has that many bytes. */
const LONG_RECORD_BYTES = 1 << 20;

/** A file of records and an index of them: a sealed pack, or a scanned journal. */
export interface RecordFile {
  /** The file's name inside the store. */
  readonly name: string;
  /** The offset of an object's record; `bytes` are those of the id. */
  find(id: Id, bytes: Uint8Array): number | undefined;
  /** The distinct first bytes of its ids. */
  firstBytes(): Iterable<number>;
  withPrefix(prefix: string, limit: number): Id[];
  entries(): Iterable<readonly [Id, number]>;
  /** The object whose record begins at an offset. Throws OBJECT_CORRUPT, with the offset. */
  readAt(offset: number, id: Id): { readonly kind: Kind; readonly body: Uint8Array };
  /** The record of that object as it stands in the file. Throws OBJECT_CORRUPT. */
  recordAt(offset: number, id: Id, room?: Room): Uint8Array;
  /** The length of that object's body in bytes, from its header alone. Throws OBJECT_CORRUPT. */
  sizeAt(offset: number, id: Id): number;
  close(): void;
}

/** Opens a sealed pack with its index, which is read in place. Throws STORE_DAMAGED. */
export function openPack(
  open: OpenFiles,
  folder: string,
  packName: string,
  tools: PackTools & { readonly hash: Hash },
): RecordFile {
  const indexName = packName.replace(/\.pack$/, ".idx");
  const indexFile = path.join(folder, indexName);
  const read = (offset: number, length: number) => open.read(indexFile, offset, length);
  const where = `objects/${indexName}`;
  const index = new PackIndex(read, open.size(indexFile), where, tools.hash);
  const records = recordsOf(open, folder, packName, tools);
  return {
    name: `objects/${packName}`,
    find: (_, bytes) => index.find(bytes),
    firstBytes: () => index.firstBytes(),
    withPrefix: (prefix, limit) => index.withPrefix(prefix, limit),
    entries: () => index.entries(),
    readAt: records.readAt,
    recordAt: records.recordAt,
    sizeAt: records.sizeAt,
    close() {
      open.close(indexFile);
      records.close();
    },
  };
}

/** A scanned journal; the offsets of its records are in memory. */
export function openJournal(
  open: OpenFiles,
  folder: string,
  journalName: string,
  places: ReadonlyMap<Id, number>,
  tools: PackTools,
): RecordFile {
  const records = recordsOf(open, folder, journalName, tools);
  return {
    name: `objects/${journalName}`,
    find: (id) => places.get(id),
    firstBytes: () => new Set([...places.keys()].map((id) => Number.parseInt(id.slice(0, 2), 16))),
    withPrefix: (prefix, limit) =>
      [...places.keys()]
        .filter((id) => id.startsWith(prefix))
        .sort()
        .slice(0, limit),
    entries: () => places,
    ...records,
  };
}

type ObjectHeader = RecordHeader & { readonly kind: Kind };

/** Reads records of a file, which is opened on demand. */
function recordsOf(
  open: OpenFiles,
  folder: string,
  name: string,
  tools: PackTools,
): Pick<RecordFile, "readAt" | "recordAt" | "sizeAt" | "close"> {
  const file = path.join(folder, name);
  const damagedAt =
    (offset: number, id: Id) =>
    (problem: string): RewindError =>
      new RewindError("OBJECT_CORRUPT", `${problem} in objects/${name} at ${offset}`, {
        id,
        file: `objects/${name}`,
        offset,
      });
  const headerIn = (bytes: Uint8Array, offset: number, id: Id): ObjectHeader => {
    const damaged = damagedAt(offset, id);
    const header = decodeHeader(bytes);
    if (header === undefined || header.id !== id) throw damaged(`expected the record of ${id}`);
    const { kind } = header;
    if (kind === "tip" || kind === "footer") throw damaged(`expected an object`);
    return { ...header, kind };
  };
  const whole = (
    offset: number,
    id: Id,
    room?: Room,
  ): { bytes: Uint8Array; header: ObjectHeader } => {
    const damaged = damagedAt(offset, id);
    let bytes = open.read(file, offset, FIRST_READ_BYTES, room?.(FIRST_READ_BYTES));
    const header = headerIn(bytes, offset, id);
    const length = RECORD_HEADER_BYTES + header.storedLength;
    const most = longestBody(header.kind);
    if (header.rawLength > most) {
      throw damaged(`expected at most ${count(most)} bytes, got ${count(header.rawLength)},`);
    }
    if (length > LONG_RECORD_BYTES) {
      const left = open.size(file) - offset;
      if (length > left) throw damaged(`expected ${count(length)} bytes, got ${count(left)},`);
    }
    if (length > bytes.length) bytes = open.read(file, offset, length, room?.(length));
    if (bytes.length < length)
      throw damaged(`expected ${count(length)} bytes, got ${count(bytes.length)},`);
    return { bytes: bytes.subarray(0, length), header };
  };
  return {
    sizeAt(offset, id) {
      return headerIn(open.read(file, offset, RECORD_HEADER_BYTES), offset, id).rawLength;
    },
    recordAt(offset, id, room) {
      const { bytes, header } = whole(offset, id, room);
      const payload = bytes.subarray(RECORD_HEADER_BYTES);
      if (isIntact(bytes, [payload], header, tools.crc32)) return bytes;
      throw damagedAt(offset, id)(`expected the record of ${id} with its checksum`);
    },
    readAt(offset, id) {
      const damaged = damagedAt(offset, id);
      const { bytes, header } = whole(offset, id);
      try {
        return { kind: header.kind, body: recordPayload(bytes, header, tools) };
      } catch (error) {
        throw isRewindError(error, "OBJECT_CORRUPT") ? damaged(error.message) : error;
      }
    },
    close: () => open.close(file),
  };
}
