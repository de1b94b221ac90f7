import { utf8 } from "../base/bytes.ts";
import type { Hash } from "../codec/hash.ts";
import { type Program, splitLabel } from "./program.ts";
import { readParts } from "./program-source.ts";
import type { ReadObject } from "./state.ts";

/** What a recorded program is made of. Names and versions are what the recording says. */
export interface ProgramContents {
  readonly stretches: readonly Stretch[];
  /** The user's own files, in the order in which they run. */
  readonly files: readonly OwnFile[];
  readonly packages: readonly PackageInProgram[];
}

/** A stretch of the source: one package's, as `name@version`, or the user's own. */
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
  get: ReadObject,
  hash: Hash,
): Promise<ProgramContents> {
  const parts = await readParts(program, get, hash);
  const stretches = parts.map(({ package: label, code }) => ({ label, code }));
  return {
    stretches,
    files: filesIn(program, stretches),
    packages: packagesIn(program, stretches),
  };
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
