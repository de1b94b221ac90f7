import fs from "node:fs";
import { RewindError } from "../../base/errors.ts";

/** The largest file that becomes part of a program, and the largest settings file for that. */
export const LARGEST_SOURCE_BYTES: number = 64 << 20;
/**
 * The same of what is parsed. For a byte of JSON, esbuild takes 30 bytes of memory, and 55 at most (`[],[],`);
 * for one of code 15, and 250 at most (`{}{}`). TypeScript's own compiler has 9 MB in one file.
 */
export const LARGEST_JSON_BYTES: number = 16 << 20;
export const LARGEST_CODE_BYTES: number = 10 << 20;
export const LARGEST_SETTINGS_BYTES: number = 1 << 20;

// Opening a pipe may block; Windows has no such flag.
const { O_RDONLY, O_NONBLOCK = 0 } = fs.constants;

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
  // Checked before opening: opening a device may already have an effect.
  const found = statOf(file);
  if (found === undefined || found.isDirectory()) return undefined;
  check(found, options);
  const descriptor = fs.openSync(file, O_RDONLY | O_NONBLOCK);
  try {
    check(fs.fstatSync(descriptor), options);
    return fs.readFileSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Throws MODULE_FAILED as `readRegular` does, without reading. */
export function checkRegular(
  file: string,
  options: { readonly name: string; readonly limitBytes: number },
): void {
  const found = statOf(file);
  if (found !== undefined && !found.isDirectory()) check(found, options);
}

function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined; // missing, or below something that is not a folder
  }
}

function check(
  stats: fs.Stats,
  { name, limitBytes }: { readonly name: string; readonly limitBytes: number },
): void {
  const problem = stats.isFile()
    ? stats.size > limitBytes &&
      `of at most ${limitBytes.toLocaleString("en-US")} bytes, got ${stats.size.toLocaleString("en-US")}`
    : `got ${kindOf(stats)}`;
  if (problem === false) return;
  const text = `expected ${name} to be a file${stats.isFile() ? " " : ", "}${problem}`;
  throw new RewindError("MODULE_FAILED", text, { file: name });
}

/** What something is that is neither a file nor a folder nor a link. */
export function kindOf(stats: Pick<fs.Stats, "isFIFO" | "isSocket">): string {
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}
