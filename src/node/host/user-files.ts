import crypto from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { RewindError } from "../../base/errors.ts";

/**
 * Writes a file for the user atomically, replacing an existing one. A device or a pipe gets the
 * bytes directly. A link to a file below its own folder is replaced; any other link is refused,
 * because it may have come with a stranger's project. Throws FILE_FAILED.
 */
export async function saveFile(file: string, bytes: Uint8Array): Promise<void> {
  try {
    const there = await fs.lstat(file).catch(() => undefined);
    if (there === undefined || there.isFile()) await replaceFile(file, bytes, there?.mode);
    else if (there.isSymbolicLink()) await replaceLink(file, bytes);
    else await fs.writeFile(file, bytes);
  } catch (cause) {
    throw fileFailed("write", file, cause);
  }
}

async function replaceLink(link: string, bytes: Uint8Array): Promise<void> {
  // The system's own links to open files, which nobody else can make.
  if (/^\/dev\/(?:stdout|stderr|fd\/\d+)$/.test(path.resolve(link)))
    return fs.writeFile(link, bytes);
  const text = await fs.readlink(link);
  const [folder, target] = [await fs.realpath(path.dirname(link)), await leadsTo(link, text)];
  const there = await fs.stat(target).catch(() => undefined);
  if (target.startsWith(folder + path.sep) && (there === undefined || there.isFile())) {
    return replaceFile(link, bytes, there?.mode);
  }
  throw new Error(`it is a link to ${text}, which is not followed: name that file itself`);
}

/** The target of a link, which may not exist yet. */
async function leadsTo(link: string, text: string): Promise<string> {
  const real = await fs.realpath(link).catch(() => undefined);
  return real ?? path.resolve(await fs.realpath(path.dirname(link)), text);
}

async function replaceFile(file: string, bytes: Uint8Array, mode = 0o666): Promise<void> {
  // Nobody can have put a link here: the name cannot be guessed, and the file must be new.
  const temporary = path.join(path.dirname(file), `.rewind-${crypto.randomUUID()}.tmp`);
  try {
    await fs.writeFile(temporary, bytes, { flush: true, mode, flag: "wx" });
    await fs.rename(temporary, file);
  } catch (cause) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/** Artifacts larger than this are refused before they are read. */
const LARGEST_FILE = 2 ** 31 - 1;

/** Reads a file for the user. Throws FILE_FAILED. */
export async function readFile(file: string): Promise<Uint8Array> {
  try {
    const { size } = await fs.stat(file);
    if (size > LARGEST_FILE)
      throw new Error(`it has ${size} bytes, more than the limit of ${LARGEST_FILE}`);
    const bytes = await fs.readFile(file);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (cause) {
    throw fileFailed("read", file, cause);
  }
}

function fileFailed(verb: string, file: string, cause: unknown): RewindError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const problem =
    {
      ENOENT: "there is no such file or folder",
      EISDIR: "it is a folder",
      EACCES: "permission denied",
      ENOSPC: "the disk is full",
    }[code ?? ""] ?? message;
  return new RewindError("FILE_FAILED", `cannot ${verb} ${file}: ${problem}`, { file }, { cause });
}
