import { concatBytes } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { type Id, objectId } from "./id.ts";
import type { Program } from "./program.ts";
import type { ReadObject } from "./state.ts";

/** The chunks that hold a program's source, in order. */
export function sourceChunks({ source, parts }: Program): Id<"chunk">[] {
  return parts.length === 0 ? [source] : parts.map(({ chunk }) => chunk);
}

/** A stretch of a program's source, as text. */
export interface SourceText {
  /** The package as `name@version`; undefined for the user's own files, and for a source in one chunk. */
  readonly package: string | undefined;
  readonly code: string;
}

/**
 * The source of a program in its stretches, which together are what runs. Throws OBJECT_MISSING where it
 * was left out, and OBJECT_INVALID where the parts do not make up the source that the program names, or
 * one is not UTF-8 by itself: what is shown of each could be other than what runs.
 */
export async function readParts(
  program: Program,
  get: ReadObject,
  hash: Hash,
): Promise<SourceText[]> {
  const { name, source, parts } = program;
  const chunks = await Promise.all(sourceChunks(program).map((id) => get("chunk", id)));
  if (parts.length > 0 && objectId(hash, "chunk", concatBytes(chunks)) !== source) {
    throw invalid(name, `expected the parts of the program "${name}" to make up its source`);
  }
  return chunks.map((chunk, i) => ({ package: parts[i]?.package, code: textOf(name, chunk) }));
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
