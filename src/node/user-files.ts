import fs from "node:fs/promises";
import path from "node:path";
import { RewindError } from "../base/errors.ts";

/**
 * Writes a file of the user's, whole or not at all: beside the one that is there, whose place it takes.
 * A link stays, and what it leads to is written; a device or a pipe takes the bytes as they come.
 * Throws FILE_FAILED.
 */
export async function saveFile(file: string, bytes: Uint8Array): Promise<void> {
  try {
    const target = await behindLinks(file);
    const there = await fs.stat(target).catch(() => undefined);
    if (there === undefined || there.isFile()) await replaceFile(target, bytes, there?.mode);
    else await fs.writeFile(target, bytes);
  } catch (cause) {
    throw fileFailed("write", file, cause);
  }
}

async function replaceFile(file: string, bytes: Uint8Array, mode = 0o666): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    await fs.writeFile(temporary, bytes, { flush: true, mode });
    await fs.rename(temporary, file);
  } catch (cause) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/** Where a file really is, or will be; links may lead to what is not there yet. */
async function behindLinks(file: string): Promise<string> {
  const real = await fs.realpath(file).catch(() => undefined);
  if (real !== undefined) return real;
  const link = await fs.readlink(file).catch(() => undefined);
  return link === undefined ? file : path.resolve(path.dirname(file), link);
}

/** Artifacts larger than this are refused before they are read. */
const LARGEST_FILE = 2 ** 31 - 1;

/** Reads a file of the user's. Throws FILE_FAILED. */
export async function readFile(file: string): Promise<Uint8Array> {
  try {
    const { size } = await fs.stat(file);
    if (size > LARGEST_FILE)
      throw new Error(`it has ${size} bytes, at most ${LARGEST_FILE} can be read`);
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
