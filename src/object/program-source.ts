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

/**
 * The whole source of a program. Throws OBJECT_MISSING where it was left out, and OBJECT_INVALID
 * where the parts do not make up the source that the program names.
 */
export async function readSource(
  program: Program,
  readObject: ReadObject,
  hash: Hash,
): Promise<string> {
  const chunks = await Promise.all(sourceChunks(program).map((id) => readObject("chunk", id)));
  const whole = concatBytes(chunks);
  if (program.parts.length > 0 && objectId(hash, "chunk", whole) !== program.source) {
    throw new RewindError(
      "OBJECT_INVALID",
      `expected the parts of the program "${program.name}" to make up its source`,
      { name: program.name },
    );
  }
  return new TextDecoder().decode(whole);
}
