import path from "node:path";
import { isRewindError, RewindError } from "../base/errors.ts";
import type { Id, Kind } from "../object/id.ts";
import { decodeHeader, type PackTools, RECORD_HEADER_BYTES, recordPayload } from "../store/pack.ts";
import { PackIndex } from "../store/pack-index.ts";
import type { Files } from "./files.ts";

/** Most records are smaller than this, and come with one read. Node takes so little from a pool. */
const FIRST_READ_BYTES = 2048;

/** A file with records and a way to find them: a sealed pack, or a journal as it was scanned. */
export interface RecordFile {
  /** The file's name inside the store. */
  readonly name: string;
  find(id: Id): number | undefined;
  withPrefix(prefix: string, limit: number): Id[];
  entries(): Iterable<readonly [Id, number]>;
  /** The object whose record begins at an offset. Throws OBJECT_CORRUPT, which names the place. */
  readAt(offset: number, id: Id): { readonly kind: Kind; readonly body: Uint8Array };
  close(): void;
}

/** Opens a sealed pack by its index, which is read in place. Throws STORE_DAMAGED. */
export function openPack(
  files: Files,
  folder: string,
  packName: string,
  tools: PackTools,
): RecordFile & { readonly index: PackIndex } {
  const indexName = packName.replace(/\.pack$/, ".idx");
  const indexFile = files.open(path.join(folder, indexName), "read");
  let index: PackIndex;
  try {
    const read = (offset: number, length: number) => files.read(indexFile, offset, length);
    index = new PackIndex(read, files.size(indexFile), `objects/${indexName}`);
  } catch (error) {
    files.close(indexFile);
    throw error;
  }
  const records = lazyRecords(files, folder, packName, tools);
  return {
    name: `objects/${packName}`,
    index,
    find: (id) => index.find(id),
    withPrefix: (prefix, limit) => index.withPrefix(prefix, limit),
    entries: () => index.entries(),
    readAt: records.readAt,
    close() {
      files.close(indexFile);
      records.close();
    },
  };
}

/** A journal whose records were scanned: their places are in memory. */
export function openJournal(
  files: Files,
  folder: string,
  journalName: string,
  places: ReadonlyMap<Id, number>,
  tools: PackTools,
): RecordFile {
  const records = lazyRecords(files, folder, journalName, tools);
  return {
    name: `objects/${journalName}`,
    find: (id) => places.get(id),
    withPrefix: (prefix, limit) =>
      [...places.keys()]
        .filter((id) => id.startsWith(prefix))
        .sort()
        .slice(0, limit),
    entries: () => places,
    ...records,
  };
}

/** Reads records of a file that is opened when the first one is wanted. */
function lazyRecords(
  files: Files,
  folder: string,
  name: string,
  tools: PackTools,
): Pick<RecordFile, "readAt" | "close"> {
  let descriptor: number | undefined;
  return {
    readAt(offset, id) {
      descriptor ??= files.open(path.join(folder, name), "read");
      const damaged = (problem: string): RewindError =>
        new RewindError("OBJECT_CORRUPT", `${problem} in objects/${name} at ${offset}`, {
          id,
          file: `objects/${name}`,
          offset,
        });
      let bytes = files.read(descriptor, offset, FIRST_READ_BYTES);
      const header = decodeHeader(bytes);
      if (header === undefined || header.id !== id) throw damaged(`expected the record of ${id}`);
      if (header.kind === "tip" || header.kind === "footer") throw damaged(`expected an object`);
      const length = RECORD_HEADER_BYTES + header.storedLength;
      if (length > bytes.length) bytes = files.read(descriptor, offset, length);
      if (bytes.length < length) throw damaged(`expected ${length} bytes, got ${bytes.length},`);
      try {
        return { kind: header.kind, body: recordPayload(bytes, header, tools) };
      } catch (error) {
        throw isRewindError(error, "OBJECT_CORRUPT") ? damaged(error.message) : error;
      }
    },
    close() {
      if (descriptor !== undefined) files.close(descriptor);
      descriptor = undefined;
    },
  };
}
