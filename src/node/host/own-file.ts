import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { readWhole } from "./regular-file.ts";

// A link may lead to another user's file, and opening a pipe may block; Windows has neither flag.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_WRONLY, O_CREAT, O_APPEND } = fs.constants;

/**
 * The bytes of a regular file that belongs to this user; undefined if there is no such file or it
 * exceeds the limit.
 */
export function readOwnFile(file: string, limitBytes: number): Uint8Array | undefined {
  return withFile(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, (descriptor) => {
    const stats = fs.fstatSync(descriptor);
    if (!stats.isFile() || !isOwn(stats)) return undefined;
    return readWhole({ descriptor, sizeBytes: stats.size }, limitBytes);
  });
}

/**
 * Whether there is a regular file that only this user can have put there: nobody else may write to
 * it or its folder.
 */
export function isOwnGrant(file: string | undefined): boolean {
  if (file === undefined) return false;
  try {
    const [stats, folder] = [fs.lstatSync(file), fs.statSync(path.dirname(file))];
    return stats.isFile() && folder.isDirectory() && [stats, folder].every(isOwnAlone);
  } catch {
    return false;
  }
}

/** Whether this is a real folder of this user, to which nobody else may write. */
export function isOwnFolder(folder: string): boolean {
  try {
    const stats = fs.lstatSync(folder);
    return stats.isDirectory() && isOwnAlone(stats);
  } catch {
    return false;
  }
}

/**
 * Writes a file atomically. Ignores failures: files that are kept in this way can be made again.
 */
export function writeOwnFile(file: string | undefined, contents: string | Uint8Array): void {
  if (file === undefined) return;
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    makeFolder(path.dirname(file));
    try {
      fs.writeFileSync(temporary, contents, { mode: 0o600, flag: "wx" });
      fs.renameSync(temporary, file);
    } finally {
      fs.rmSync(temporary, { force: true });
    }
  } catch {
    // The folder may be read-only, or the disk full.
  }
}

/** Appends to a file; ignores failures too. */
export function appendOwnFile(file: string, bytes: Uint8Array): void {
  try {
    makeFolder(path.dirname(file));
  } catch {
    return;
  }
  const flags = O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOFOLLOW;
  withFile(file, flags, (descriptor) => {
    const stats = fs.fstatSync(descriptor);
    if (stats.isFile() && isOwn(stats)) fs.writeSync(descriptor, bytes);
  });
}

/** Makes the folder, and missing ones above it, for this user alone. */
function makeFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
}

function withFile<T>(file: string, flags: number, work: (descriptor: number) => T): T | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(file, flags, 0o600);
    return work(descriptor);
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** Windows reports no owner to compare; there, the folder's permissions protect it. */
function isOwn({ uid }: fs.Stats): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

function isOwnAlone(stats: fs.Stats): boolean {
  return isOwn(stats) && (process.getuid === undefined || (stats.mode & 0o022) === 0);
}
