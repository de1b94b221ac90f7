import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { clock } from "../../base/clock.ts";
import { RewindError } from "../../base/errors.ts";
import { codeOf, isCode, problemOf, storeCodeOf } from "./system-error.ts";

/**
 * All the file operations that a store needs, so that a test can make any of them fail.
 * They are synchronous: a commit has to wait for the disk in any case, and a read of a few
 * kilobytes costs less than a turn of the event loop.
 */
export interface Files {
  /** Opens a file to read, to write (it must not exist), or to append. */
  open(file: string, mode: "read" | "create" | "append"): number;
  close(descriptor: number): void;
  /**
   * Reads up to `length` bytes at `offset`; fewer at the end of the file. They may be put into
   * memory of the caller, of at least that length, which saves a copy.
   */
  read(descriptor: number, offset: number, length: number, into?: Uint8Array): Uint8Array;
  /** Writes all of `bytes` at the end. */
  write(descriptor: number, bytes: Uint8Array): void;
  /** Waits until the file's bytes have reached the disk. */
  sync(descriptor: number): void;
  /** Writes all of `bytes` at the end and waits for the disk, while this thread goes on. */
  writeAndSync(descriptor: number, bytes: Uint8Array): Promise<void>;
  size(descriptor: number): number;
  truncate(file: string, length: number): void;
  /** Moves a file, replacing any file at the new path. */
  rename(from: string, to: string): void;
  /** Gives a file a second name, which must not exist yet. */
  link(from: string, to: string): void;
  /** Removes a file, if it exists. */
  remove(file: string): void;
  /** Makes a folder, and those above it. */
  makeFolder(folder: string): void;
  /** Removes a folder if it is empty. */
  removeEmptyFolder(folder: string): void;
  /** Waits until the names in a folder have reached the disk. */
  syncFolder(folder: string): void;
  /** The names in a folder; empty if there is no such folder. */
  list(folder: string): FolderEntry[];
  /** What has this name; undefined if nothing has it. Does not follow links. */
  stat(file: string): FileStat | undefined;
  /** The identity of an open file, as in `stat`. */
  identity(descriptor: number): string;
  /** Sets the modification time of a file to now. */
  touch(file: string): void;
  /**
   * A small file's text, or undefined if there is no such file. A store's files may need a check
   * first, which is left out for one that is `listed` as a regular file; of that, at most the first
   * 4,096 bytes are read.
   */
  readText(file: string, listed?: boolean): string | undefined;
}

/** What has a name in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Whether it is a regular file, so no link either. */
  readonly isFile: boolean;
}

/** What a name in a folder refers to. */
export interface FileStat {
  readonly kind: "file" | "folder" | "link" | "other";
  readonly size: number;
  /** Distinguishes a file or folder from a later one with the same name. */
  readonly identity: string;
  /** The number of its names, hard links included. */
  readonly links: number;
  /** When it was last modified, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND } = fs.constants;
// Windows has neither; there, a store's files are checked before they are opened.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;

const write = promisify(fs.write);
const fdatasync = promisify(fs.fdatasync);

const FLAGS = {
  // Non-blocking, because opening a pipe would otherwise wait for a writer.
  read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  create: O_WRONLY | O_CREAT | O_EXCL,
  append: O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK,
} as const;

/** Room for one text, read and decoded within one call. */
const SHORT_TEXT = Buffer.alloc(4096);

/** The files of this machine. Links at the end of a path are not followed. */
export const nodeFiles: Files = {
  open: (file, mode) => fs.openSync(file, FLAGS[mode], 0o666),
  close: (descriptor) => fs.closeSync(descriptor),
  read(descriptor, offset, length, into) {
    // Short ones come from Node's pool, which is far cheaper than a buffer of their own.
    const { buffer, byteOffset } = into ?? Buffer.allocUnsafe(length);
    const bytes = new Uint8Array(buffer, byteOffset, length);
    let done = 0;
    while (done < length) {
      const count = fs.readSync(descriptor, bytes, done, length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done === length ? bytes : bytes.subarray(0, done);
  },
  write(descriptor, bytes) {
    for (let done = 0; done < bytes.length; ) done += fs.writeSync(descriptor, bytes, done);
  },
  sync: (descriptor) => fs.fdatasyncSync(descriptor),
  async writeAndSync(descriptor, bytes) {
    for (let done = 0; done < bytes.length; ) {
      done += (await write(descriptor, bytes, done)).bytesWritten;
    }
    await fdatasync(descriptor);
  },
  size: (descriptor) => fs.fstatSync(descriptor).size,
  truncate(file, length) {
    const descriptor = fs.openSync(file, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      fs.ftruncateSync(descriptor, length);
    } finally {
      fs.closeSync(descriptor);
    }
  },
  rename: (from, to) => fs.renameSync(from, to),
  link: (from, to) => fs.linkSync(from, to),
  remove(file) {
    try {
      fs.unlinkSync(file);
    } catch (error) {
      if (!isCode(error, "ENOENT")) throw error;
    }
  },
  makeFolder: (folder) => void fs.mkdirSync(folder, { recursive: true }),
  removeEmptyFolder(folder) {
    try {
      fs.rmdirSync(folder);
    } catch (error) {
      if (!isCode(error, "ENOTEMPTY", "EEXIST", "ENOENT")) throw error;
    }
  },
  syncFolder(folder) {
    // Windows cannot flush a folder, and does not need it.
    if (process.platform === "win32") return;
    const descriptor = fs.openSync(folder, "r");
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  },
  list(folder) {
    try {
      return fs
        .readdirSync(folder, { withFileTypes: true })
        .map((entry) => ({
          name: entry.name,
          isFolder: entry.isDirectory(),
          isFile: entry.isFile(),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      if (isCode(error, "ENOENT")) return [];
      throw error;
    }
  },
  stat(file) {
    try {
      const found = fs.lstatSync(file, { throwIfNoEntry: false });
      return found && fileStat(found);
    } catch (error) {
      if (isCode(error, "ENOTDIR")) return undefined;
      throw error;
    }
  },
  identity: (descriptor) => fileStat(fs.fstatSync(descriptor)).identity,
  touch(file) {
    const now = clock.time() / 1_000;
    fs.lutimesSync(file, now, now);
  },
  readText(file, listed = false) {
    try {
      const descriptor = fs.openSync(file, FLAGS.read);
      try {
        // One read gives all of a ref: of a hundred thousand, the calls are what takes time.
        const count = fs.readSync(descriptor, SHORT_TEXT, 0, SHORT_TEXT.length, 0);
        if (count < SHORT_TEXT.length || listed) return SHORT_TEXT.toString("utf8", 0, count);
        return fs.readFileSync(descriptor, "utf8");
      } finally {
        fs.closeSync(descriptor);
      }
    } catch (error) {
      if (isCode(error, "ENOENT", "EISDIR", "ENOTDIR")) return undefined;
      throw error;
    }
  },
};

function fileStat(found: fs.Stats): FileStat {
  return {
    kind: found.isFile()
      ? "file"
      : found.isDirectory()
        ? "folder"
        : found.isSymbolicLink()
          ? "link"
          : "other",
    size: found.size,
    identity: `${found.dev}:${found.ino}`,
    links: found.nlink,
    modifiedMs: found.mtimeMs,
  };
}

/** Runs `work` on a file of a store, and turns the system's errors into STORE_FULL and the like. */
export function onStore<T>(root: string | undefined, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RewindError) throw error;
    // A fault in rewind itself is not the disk's.
    if (codeOf(error) === undefined) throw error;
    const code = storeCodeOf(error);
    const name =
      root === undefined ? file : path.relative(root, file).split(path.sep).join("/") || ".";
    const problem =
      code === "STORE_READ_ONLY" ? "the store cannot be written to" : problemOf(error);
    throw new RewindError(code, `${problem}: ${name}`, { file: name }, { cause: error });
  }
}

/**
 * Makes a folder, and those above it, and flushes each new name: if a power cut loses a folder's
 * name, its files are lost too.
 */
export function makeFolders(files: Files, folder: string): void {
  if (files.stat(folder)?.kind === "folder") return;
  const above = path.dirname(folder);
  if (above !== folder) makeFolders(files, above);
  files.makeFolder(folder);
  files.syncFolder(above);
}

/** Opens a file while `work` runs. */
export function withFile<T>(
  files: Files,
  file: string,
  mode: "read" | "create" | "append",
  work: (descriptor: number) => T,
): T {
  const descriptor = files.open(file, mode);
  try {
    return work(descriptor);
  } finally {
    files.close(descriptor);
  }
}

/** Writes a file atomically: temporary file, flush, rename, flush. */
export function replaceFile(
  files: Files,
  target: string,
  temporary: string,
  bytes: Uint8Array,
): void {
  moveInto(files, target, temporary, bytes);
  files.syncFolder(path.dirname(target));
}

/** The same without the last flush, of the folder, which several files may share. */
export function moveInto(files: Files, target: string, temporary: string, bytes: Uint8Array): void {
  writeWhole(files, temporary, bytes);
  try {
    // Rename is atomic only within one file system, so the temporary file is in the store too.
    files.rename(temporary, target);
  } catch (error) {
    files.remove(temporary);
    throw error;
  }
}

/** Writes a new file, replacing one that was left behind, and flushes it. */
export function writeWhole(files: Files, file: string, bytes: Uint8Array): void {
  files.remove(file);
  try {
    withFile(files, file, "create", (descriptor) => {
      files.write(descriptor, bytes);
      files.sync(descriptor);
    });
  } catch (error) {
    files.remove(file);
    throw error;
  }
}
