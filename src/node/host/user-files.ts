import crypto from "node:crypto";
import { constants, openSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { type Conflict, conflictWith, type FileKind } from "./file-kind.ts";
import { isInStore, STORE_FOLDER } from "./inside-store.ts";
import { LARGEST_FILE_BYTES, readWhole, UNSAID, whileOpen } from "./regular-file.ts";
import { problemOf } from "./system-error.ts";

/**
 * Writes a file for the user atomically. An existing file is replaced by one of the same kind, such as a
 * saved run by a saved run, or a JSON object by one with the same keys; any other is refused, because a name that was mistyped must not cost the
 * user's work. A device gets the bytes directly, and so does a pipe that somebody reads. A link to a
 * file below its own folder is replaced; any other link is refused, because it may have come with a
 * stranger's project. Nothing is written into a store. Returns whether a file was replaced. Throws
 * FILE_FAILED.
 */
export async function saveFile(
  given: string,
  bytes: Uint8Array,
  kind?: FileKind,
): Promise<boolean> {
  // The system would follow the link in `link/../file`; a person who reads the path does not.
  const file = path.resolve(given);
  try {
    const there = await fs.lstat(file).catch(() => undefined);
    if (isInStore(file)) throw new Error(`it is in ${STORE_FOLDER}, where only rewind writes`);
    const replaces = there?.isFile() === true && there.size > 0;
    if (replaces) checkKinds(file, bytes, kind);
    if (there === undefined || there.isFile()) await replaceFile(file, bytes, there?.mode);
    else if (there.isSymbolicLink()) await replaceLink(file, bytes);
    else if (there.isFIFO()) await writePipe(file, bytes);
    else await fs.writeFile(file, bytes);
    return replaces;
  } catch (cause) {
    throw fileFailed("write", file, cause);
  }
}

/** Throws if a file is of another kind than what is to replace it. */
function checkKinds(file: string, bytes: Uint8Array, kind: FileKind | undefined): void {
  refuse(conflictWith(file, bytes, kind));
}

/** Throws for a file that would be replaced by one of another kind. */
export function refuse(conflict: Conflict | undefined): void {
  if (conflict === undefined) return;
  const { old, other } = conflict;
  throw Object.assign(new Error(`it is ${old}, and would be replaced by ${other}`), {
    hint: "name another file, or remove that one first",
  });
}

/** Fails at once if nobody reads: waiting for a reader might never end. */
async function writePipe(file: string, bytes: Uint8Array): Promise<void> {
  const { O_WRONLY, O_NONBLOCK } = constants;
  const descriptor = openSync(file, O_WRONLY | O_NONBLOCK);
  const { Socket } = await import("node:net");
  // A socket waits while the pipe is full, and closes the descriptor.
  const pipe = new Socket({ fd: descriptor, readable: false, writable: true });
  await new Promise<void>((resolve, reject) => {
    pipe.once("error", reject).once("close", () => resolve());
    pipe.end(bytes);
  });
}

async function replaceLink(link: string, bytes: Uint8Array): Promise<void> {
  if (isOpenFile(link)) return fs.writeFile(link, bytes);
  return replaceFile(link, bytes, await modeBehind(link));
}

/** Whether it is one of the system's own links to open files, which nobody else can make. */
export function isOpenFile(link: string): boolean {
  return /^\/dev\/(?:stdout|stderr|fd\/\d+)$/.test(path.resolve(link));
}

/**
 * The mode of the file that a link leads to, undefined if there is no such file yet. Throws if the
 * link leads out of its own folder, or to something that is not a file.
 */
export async function modeBehind(link: string): Promise<number | undefined> {
  const text = await fs.readlink(link);
  const [folder, target] = [await fs.realpath(path.dirname(link)), await leadsTo(link, text)];
  const there = await fs.stat(target).catch(() => undefined);
  const isInside = target.startsWith(folder + path.sep);
  if (isInside && (there === undefined || there.isFile())) return there?.mode;
  throw new Error(`it is a link to ${text}, which is not followed: name that file itself`);
}

/** The target of a link, which may not exist yet. */
async function leadsTo(link: string, text: string): Promise<string> {
  const real = await fs.realpath(link).catch(() => undefined);
  return real ?? path.resolve(await fs.realpath(path.dirname(link)), text);
}

/** A name for a new file, which must not exist. Nobody can have put a link there: it cannot be guessed. */
export function temporaryBeside(file: string): string {
  return path.join(path.dirname(file), `.rewind-${crypto.randomUUID()}.tmp`);
}

async function replaceFile(file: string, bytes: Uint8Array, mode = 0o666): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    await fs.writeFile(temporary, bytes, { flush: true, mode, flag: "wx" });
    await fs.rename(temporary, file);
  } catch (cause) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/** Reads a regular file for the user, following links. Throws FILE_FAILED, also if it is too large. */
export async function readFile(
  file: string,
  limitBytes: number = LARGEST_FILE_BYTES,
): Promise<Uint8Array> {
  try {
    return whileOpen(file, (opened) => {
      const { kind } = opened;
      if (kind !== "file") throw Object.assign(new Error(`it is a ${kind}`), { kind });
      const bytes = readWhole(opened, limitBytes);
      if (bytes !== undefined) return bytes;
      const { sizeBytes } = opened;
      if (sizeBytes <= limitBytes) throw new Error(`it ${UNSAID}`);
      const [size, most] = [sizeBytes, limitBytes].map(count);
      throw new Error(`it has ${size} bytes, and at most ${most} are read`);
    });
  } catch (cause) {
    throw fileFailed("read", file, cause);
  }
}

/** FILE_FAILED, with what the system says. */
export function fileFailed(verb: string, file: string, cause: unknown): RewindError {
  const { kind, hint } = cause as { readonly kind?: string; readonly hint?: string };
  return new RewindError(
    "FILE_FAILED",
    `cannot ${verb} ${file}: ${problemOf(cause)}`,
    { file, ...(kind && { kind }), ...(hint && { hint }) },
    { cause },
  );
}
