import fs from "node:fs";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";

/** The largest file that becomes part of a program, and the largest settings file for that. */
export const LARGEST_SOURCE_BYTES: number = 64 << 20;
/** The same of what is parsed. TypeScript's own compiler has 9 MB in one file. */
export const LARGEST_JSON_BYTES: number = 16 << 20;
export const LARGEST_CODE_BYTES: number = 10 << 20;
export const LARGEST_SETTINGS_BYTES: number = 1 << 20;

/** No artifact is larger. */
export const LARGEST_FILE_BYTES: number = 2 ** 31 - 1;

/** A regular file that is open for reading. */
export interface OpenFile {
  readonly kind: "file";
  readonly descriptor: number;
  readonly sizeBytes: number;
}

/** What a path leads to, links followed. */
export type Opened = OpenFile | { readonly kind: OtherKind };

export type OtherKind = "folder" | "pipe" | "socket" | "device";

// Opening a pipe may block; Windows has no such flag.
const { O_RDONLY, O_NONBLOCK = 0 } = fs.constants;

/** Opens what a path leads to for the length of `work`, if it is a regular file. Never waits. */
export function whileOpen<T>(file: string, work: (opened: Opened) => T): T {
  // Before it is opened: opening a device may already do something.
  const kind = kindOf(fs.statSync(file));
  if (kind !== "file") return work({ kind });
  const descriptor = fs.openSync(file, O_RDONLY | O_NONBLOCK);
  try {
    const stats = fs.fstatSync(descriptor);
    const now = kindOf(stats);
    return work(now === "file" ? { kind: now, descriptor, sizeBytes: stats.size } : { kind: now });
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * All bytes of an open file; undefined if there are more than the limit, or much more than its size
 * says: a file may grow, and those of /proc have size 0, also the endless ones.
 */
export function readWhole(
  { descriptor, sizeBytes }: Pick<OpenFile, "descriptor" | "sizeBytes">,
  limitBytes: number,
): Uint8Array | undefined {
  if (sizeBytes > limitBytes) return undefined;
  const most = sizeBytes + MOST_UNSAID_BYTES;
  let bytes = new Uint8Array(sizeBytes === 0 ? most : sizeBytes + 1);
  for (let length = 0; ; ) {
    const wanted = Math.min(bytes.length - length, LARGEST_READ_BYTES);
    const count = fs.readSync(descriptor, bytes, length, wanted, null);
    if (count === 0) return sizeBytes === 0 ? bytes.slice(0, length) : bytes.subarray(0, length);
    length += count;
    if (length > limitBytes || length === most) return undefined;
    if (length < bytes.length) continue;
    const longer = new Uint8Array(most);
    longer.set(bytes);
    bytes = longer;
  }
}

/**
 * Passes an open file to `take`, piece by piece, since it may be larger than memory. Reads at most
 * one byte beyond the limit. Returns how many bytes were read.
 */
export function readPieces(
  { descriptor }: OpenFile,
  limitBytes: number,
  take: (piece: Uint8Array) => void,
): number {
  const piece = new Uint8Array(PIECE_BYTES);
  let done = 0;
  while (done <= limitBytes) {
    const wanted = Math.min(PIECE_BYTES, limitBytes + 1 - done);
    const count = fs.readSync(descriptor, piece, 0, wanted, null);
    if (count === 0) break;
    take(piece.subarray(0, count));
    done += count;
  }
  return done;
}

const MOST_UNSAID_BYTES = 1 << 20;
const PIECE_BYTES = 1 << 16;
const LARGEST_READ_BYTES = 1 << 30;

/**
 * The bytes of a regular file, links followed; undefined if there is no file or it is a folder.
 * Throws MODULE_FAILED, with `name`, for a pipe, a device, or a file larger than the limit: reading
 * those might never end.
 *
 * @example
 * ```ts
 * readRegular("/p/tsconfig.json", { name: "tsconfig.json", limitBytes: 1 << 20 });
 * ```
 */
export function readRegular(
  file: string,
  options: { readonly name: string; readonly limitBytes: number },
): Uint8Array | undefined {
  if (statOf(file) === undefined) return undefined;
  return whileOpen(file, (opened) => {
    if (opened.kind === "folder") return undefined;
    if (opened.kind !== "file") throw refused(options, `, got a ${opened.kind}`);
    const bytes = readWhole(opened, options.limitBytes);
    if (bytes === undefined) throw tooLarge(options, opened.sizeBytes);
    return bytes;
  });
}

/** Throws MODULE_FAILED as `readRegular` does, and opens only what does not tell its size. */
export function checkRegular(
  file: string,
  options: { readonly name: string; readonly limitBytes: number },
): void {
  const found = statOf(file);
  if (found === undefined || found.isDirectory()) return;
  if (!found.isFile() || found.size === 0) readRegular(file, options);
  else if (found.size > options.limitBytes) throw tooLarge(options, found.size);
}

function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined; // missing, or below something that is not a folder
  }
}

function tooLarge(
  options: { readonly name: string; readonly limitBytes: number },
  sizeBytes: number,
): RewindError {
  if (sizeBytes <= options.limitBytes) return refused(options, `, got one that ${UNSAID}`);
  const [most, got] = [options.limitBytes, sizeBytes].map(count);
  return refused(options, ` of at most ${most} bytes, got ${got}`);
}

/** What is wrong with a file that `readWhole` does not read although its size is within the limit. */
export const UNSAID = "has more bytes than its size says";

function refused({ name }: { readonly name: string }, problem: string): RewindError {
  return new RewindError("MODULE_FAILED", `expected ${name} to be a file${problem}`, {
    file: name,
  });
}

/** What the system says that something is. It is not a link. */
export function kindOf(
  stats: Pick<fs.Stats, "isFile" | "isDirectory" | "isFIFO" | "isSocket">,
): Opened["kind"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  if (stats.isFIFO()) return "pipe";
  return stats.isSocket() ? "socket" : "device";
}
