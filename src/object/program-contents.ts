import { concatBytes, utf8 } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { type Id, objectId } from "./id.ts";
import { type Program, splitLabel } from "./program.ts";
import type { ReadObject } from "./state.ts";

/** The contents of a recorded program. Names and versions are those in the recording. */
export interface ProgramContents {
  readonly stretches: readonly Stretch[];
  /** The user's own files, in the order in which they run. */
  readonly files: readonly OwnFile[];
  readonly packages: readonly PackageInProgram[];
  /** The files that it read while it was loaded: a program may make code of them. */
  readonly inputs: readonly InputOfProgram[];
}

/** A file that a program read while it was loaded. */
export interface InputOfProgram {
  readonly path: string;
  readonly bytes: number;
  /** The object that holds what it read; null if that was not recorded. */
  readonly chunk: Id<"chunk"> | null;
}

/** A stretch of the source: the code of one package, as `name@version`, or the user's own code. */
export interface Stretch {
  readonly label: string | undefined;
  readonly code: string;
}

/** A file of the user's own in a program. */
export interface OwnFile {
  readonly path: string;
  /** Of its text in the program. */
  readonly bytes: number;
}

/** A package of a program. */
export interface PackageInProgram {
  readonly name: string;
  readonly version: string;
  /** Of its text in the program; null if it stays outside the bundle. */
  readonly bytes: number | null;
}

/** The contents of a program. Throws PROGRAM_MISSING if its source was left out. */
export async function contentsOf(
  program: Program,
  get: ReadObject,
  hash: Hash,
): Promise<ProgramContents> {
  const parts = await readParts(program, get, hash).catch((error) => {
    throw isRewindError(error, "OBJECT_MISSING") ? codeLeftOut(program) : error;
  });
  const stretches = parts.map(({ package: label, code }) => ({ label, code }));
  return {
    stretches,
    files: filesIn(program, stretches),
    packages: packagesIn(program, stretches),
    inputs: inputsOf(program),
  };
}

/** The files that a program read while it was loaded. */
export function inputsOf({ inputs }: Program): InputOfProgram[] {
  return inputs
    .filter(({ kind }) => kind === "file")
    .map(({ path, length, chunk = null }) => ({ path, bytes: length, chunk }));
}

/** The error for code that a run was saved or pushed without. */
export function codeLeftOut(program: Program): RewindError<"PROGRAM_MISSING"> {
  const { name, module } = program;
  const text = `${theCodeOf(program)} was left out when the run was saved or pushed`;
  return new RewindError("PROGRAM_MISSING", text, { name, module });
}

/** On one line: a stranger's names must not look like further lines of a message. */
export function theCodeOf({ name, module }: Program): string {
  return `the code of "${name}" (${module})`.replace(/\p{Cc}+/gu, " ");
}

/** For `catch`, after reading what a run may have been saved without: undefined if it is missing. */
export function unlessMissing(error: unknown): undefined {
  if (!isRewindError(error, "OBJECT_MISSING", "PROGRAM_MISSING")) throw error;
}

/** The chunks that hold a program's source, in order. */
export function sourceChunks({ source, parts }: Program): Id<"chunk">[] {
  return parts.length === 0 ? [source] : parts.map(({ chunk }) => chunk);
}

/** A stretch of a program's source, as text. */
export interface SourceText {
  /**
   * The package as `name@version`; undefined for the user's own files and for a source in one
   * chunk.
   */
  readonly package: string | undefined;
  readonly code: string;
}

/**
 * The source of a program in its stretches, which together are the code that runs. Throws
 * OBJECT_MISSING if it was left out. Throws OBJECT_INVALID if the parts do not make up the named
 * source, or if a part is not UTF-8 by itself, because its text could then differ from the code
 * that runs.
 */
export async function readParts(
  program: Program,
  get: ReadObject,
  hash: Hash,
): Promise<SourceText[]> {
  const { name, source, parts } = program;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // One by one: a few bytes of parts can name one large chunk any number of times.
  for (const id of sourceChunks(program)) {
    const chunk = await get("chunk", id);
    bytes += chunk.length;
    checkSourceLength(name, bytes);
    chunks.push(chunk);
  }
  if (parts.length > 0 && objectId(hash, "chunk", concatBytes(chunks)) !== source) {
    throw invalid(name, `expected the parts of the program "${name}" to make up its source`);
  }
  return chunks.map((chunk, i) => ({ package: parts[i]?.package, code: textOf(name, chunk) }));
}

/** The source of a program, its packages included, has at most this many bytes. */
export const LARGEST_PROGRAM_BYTES: number = 32 << 20;

/** Checks the length of a program's source. Throws OBJECT_INVALID. */
export function checkSourceLength(name: string, bytes: number): void {
  if (bytes <= LARGEST_PROGRAM_BYTES) return;
  const most = count(LARGEST_PROGRAM_BYTES);
  throw invalid(name, `expected the source of the program "${name}" to have at most ${most} bytes`);
}

/** The whole source of a program. Throws as `readParts` does. */
export async function readSource(program: Program, get: ReadObject, hash: Hash): Promise<string> {
  return (await readParts(program, get, hash)).map(({ code }) => code).join("");
}

function textOf(name: string, chunk: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(chunk);
  } catch {
    throw invalid(name, `expected each part of the program "${name}" to be UTF-8`);
  }
}

function invalid(name: string, message: string): RewindError {
  return new RewindError("OBJECT_INVALID", message, { name });
}

/**
 * The bundle has a comment before each file. Code before the first comment counts as the module's.
 */
function filesIn({ module }: Program, stretches: readonly Stretch[]): OwnFile[] {
  const bytes = new Map<string, number>();
  let path = module ?? "";
  for (const { label, code } of stretches) {
    if (label !== undefined) continue;
    const [head = "", ...files] = code.split(/^\/\/ program:/m);
    add(bytes, path, utf8(head).length);
    for (const file of files) {
      [path = ""] = file.split("\n", 1);
      add(bytes, path, utf8(`// program:${file}`).length);
    }
  }
  return [...bytes].map(([path, size]) => ({ path, bytes: size }));
}

function packagesIn(program: Program, stretches: readonly Stretch[]): PackageInProgram[] {
  const bytes = new Map<string, number | null>();
  for (const { label, code } of stretches) {
    if (label !== undefined) bytes.set(label, (bytes.get(label) ?? 0) + utf8(code).length);
  }
  for (const { name, version } of program.externals) bytes.set(`${name}@${version}`, null);
  return [...bytes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, size]) => {
      const [name, version] = splitLabel(label);
      return { name, version, bytes: size };
    });
}

function add(bytes: Map<string, number>, path: string, size: number): void {
  if (size > 0) bytes.set(path, (bytes.get(path) ?? 0) + size);
}
