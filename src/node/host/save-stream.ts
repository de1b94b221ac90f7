import fs, { type FileHandle } from "node:fs/promises";
import path from "node:path";
import type { Sink } from "../../table/table.ts";
import { conflictWithTable, type TableKind } from "./file-kind.ts";
import { isInStore, STORE_FOLDER } from "./inside-store.ts";
import {
  fileFailed,
  isOpenFile,
  modeBehind,
  refuse,
  saveFile,
  temporaryBeside,
} from "./user-files.ts";

/** What was written to a file of the user. */
export interface Saved<T> {
  readonly result: T;
  /** The length of the file. */
  readonly bytes: number;
  /** Whether another file was there before. */
  readonly replaced: boolean;
}

/**
 * Writes a file for the user as `saveFile` does, part by part: the whole file or nothing. What cannot
 * be written there is refused before `write` begins. Throws FILE_FAILED, and what `write` throws.
 */
export async function saveStream<T>(
  given: string,
  kind: TableKind,
  write: (sink: Sink) => Promise<T>,
): Promise<Saved<T>> {
  const file = path.resolve(given);
  const place = await placeOf(file, kind).catch((cause) => {
    throw fileFailed("write", file, cause);
  });
  if (place === "elsewhere") return inMemory(file, write);
  const temporary = temporaryBeside(file);
  const failed = (cause: unknown): never => {
    throw fileFailed("write", file, cause);
  };
  try {
    const handle = await fs.open(temporary, "wx", place.mode ?? 0o666).catch(failed);
    const sink = new FileSink(handle, failed);
    let result: T;
    try {
      result = await write(sink);
      await handle.sync().catch(failed);
    } finally {
      await handle.close().catch(() => undefined);
    }
    await fs.rename(temporary, file).catch(failed);
    return { result, bytes: sink.bytes, replaced: place.replaces };
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** A file that is to be made or replaced. */
interface Place {
  readonly mode: number | undefined;
  readonly replaces: boolean;
}

async function placeOf(file: string, kind: TableKind): Promise<Place | "elsewhere"> {
  const there = await fs.lstat(file).catch(() => undefined);
  if (isInStore(file)) throw new Error(`it is in ${STORE_FOLDER}, where only rewind writes`);
  if (there === undefined) return { mode: undefined, replaces: false };
  if (there.isSymbolicLink() && !isOpenFile(file)) {
    return { mode: await modeBehind(file), replaces: false };
  }
  if (!there.isFile()) return "elsewhere";
  if (there.size > 0) refuse(conflictWithTable(file, kind));
  return { mode: there.mode, replaces: there.size > 0 };
}

/** For pipes and devices, which take the bytes at once. */
async function inMemory<T>(file: string, write: (sink: Sink) => Promise<T>): Promise<Saved<T>> {
  const parts: Uint8Array[] = [];
  const result = await write({ write: (bytes) => void parts.push(bytes.slice()) });
  const bytes = Buffer.concat(parts);
  await saveFile(file, bytes);
  return { result, bytes: bytes.length, replaced: false };
}

class FileSink implements Sink {
  readonly #handle: FileHandle;
  readonly #failed: (cause: unknown) => never;
  bytes = 0;

  constructor(handle: FileHandle, failed: (cause: unknown) => never) {
    this.#handle = handle;
    this.#failed = failed;
  }

  async write(bytes: Uint8Array): Promise<void> {
    // A write may take only a part of the bytes.
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, at).catch(this.#failed);
      at += bytesWritten;
    }
    this.bytes += bytes.length;
  }
}
