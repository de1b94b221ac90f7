import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";

// A link may lead to another's file, and to open a pipe may wait for ever; Windows has neither flag.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_WRONLY, O_CREAT, O_APPEND } = fs.constants;

/**
 * The bytes of a regular file that belongs to this user; undefined where there is no such file, or it
 * is larger than the limit.
 */
export function readOwnFile(file: string, limitBytes: number): Uint8Array | undefined {
  return withFile(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, (descriptor) => {
    const stats = fs.fstatSync(descriptor);
    const counts = stats.isFile() && isOwn(stats) && stats.size <= limitBytes;
    return counts ? new Uint8Array(fs.readFileSync(descriptor)) : undefined;
  });
}

/** Whether there is a regular file that only this user can have put there: no one else may write it or its folder. */
export function isOwnGrant(file: string | undefined): boolean {
  if (file === undefined) return false;
  try {
    const [stats, folder] = [fs.lstatSync(file), fs.statSync(path.dirname(file))];
    return stats.isFile() && folder.isDirectory() && [stats, folder].every(isOwnAlone);
  } catch {
    return false;
  }
}

/** Writes a file whole or not at all. A failure is not told: whatever is kept so can be made again. */
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

/** Appends to a file; a failure is not told either. */
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

/** The folder, and those above it that are missing, for this user alone. */
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

/** Windows has no owner here that could be compared; there the folder is the user's by its rights. */
function isOwn({ uid }: fs.Stats): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

function isOwnAlone(stats: fs.Stats): boolean {
  return isOwn(stats) && (process.getuid === undefined || (stats.mode & 0o022) === 0);
}
