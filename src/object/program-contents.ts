import { concatBytes, utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { type Id, objectId } from "./id.ts";
import { type Program, splitLabel } from "./program.ts";
import type { ReadObject } from "./state.ts";

/** What a recorded program is made of. Names and versions are what the recording says. */
export interface ProgramContents {
  readonly stretches: readonly Stretch[];
  /** The user's own files, in the order in which they run. */
  readonly files: readonly OwnFile[];
  readonly packages: readonly PackageInProgram[];
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
  /** Of its text in the program; null where it stays outside. */
  readonly bytes: number | null;
}

/** What a program is made of. Throws OBJECT_MISSING where its source was left out. */
export async function contentsOf(
  program: Program,
  readObject: ReadObject,
  hash: Hash,
): Promise<ProgramContents> {
  const stretches = await stretchesOf(program, readObject, hash);
  return {
    stretches,
    files: filesIn(program, stretches),
    packages: packagesIn(program, stretches),
  };
}

/** The chunks that hold a program's source, in order. */
export function sourceChunks({ source, parts }: Program): Id<"chunk">[] {
  return parts.length === 0 ? [source] : parts.map(({ chunk }) => chunk);
}

/**
 * The whole source of a program. Throws OBJECT_MISSING if it was left out, and OBJECT_INVALID if the
 * parts do not make up the source that the program names.
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

async function stretchesOf(
  program: Program,
  readObject: ReadObject,
  hash: Hash,
): Promise<Stretch[]> {
  const whole = await readSource(program, readObject, hash);
  if (program.parts.length === 0) return [{ label: undefined, code: whole }];
  return Promise.all(
    program.parts.map(async ({ package: label, chunk }) => ({
      label,
      code: new TextDecoder().decode(await readObject("chunk", chunk)),
    })),
  );
}

/** The bundle has a comment before each file; what stands before the first counts with the module. */
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
