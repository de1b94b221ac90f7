import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { readOwnFile, writeOwnFile } from "../host/own-file.ts";
import { digestOf } from "../host/platform.ts";
import { engineVersion } from "../own-files.ts";
import { readVersion } from "./packages.ts";
import { foldersOf, type PackageSource, readIfThere, type Source, stampOf } from "./sources.ts";

/** A recorded program, and the location of the files that it was made from. */
export interface WorkingProgram {
  /** The digest of the bundled code, in hexadecimal. */
  readonly digest: string;
  /** The project folder. */
  readonly root: string;
  /** A user's folder; without one nothing is noted. */
  readonly cacheDirectory: string | undefined;
}

/**
 * Notes the files that a program was made from, so that `workingState` can answer without esbuild.
 * The note is a convenience: failures to write it are ignored.
 *
 * @example
 * ```ts
 * const { code, sources } = await bundle({ root, module: "walk.ts" });
 * await rememberInputs({ digest, root, cacheDirectory, sources });
 * await workingState({ digest, root, cacheDirectory }); // "same"
 * ```
 */
export async function rememberInputs(
  options: WorkingProgram & {
    readonly sources: readonly Source[];
    readonly packageSources?: readonly PackageSource[];
  },
): Promise<void> {
  const { root, sources, packageSources = [], cacheDirectory } = options;
  if (cacheDirectory === undefined) return;
  const folders = foldersOf(sources.map(({ path }) => path));
  const note: Note = {
    tools: tools(),
    sources: sources.map(({ path, digest }) => [path, digest]),
    packages: packageSources.map(({ path, digest, stamp }) => [path, digest, stamp]),
    folders: await Promise.all(
      folders.map(async (path) => [path, await folderDigest(join(root, path))] as const),
    ),
  };
  writeOwnFile(noteFile(options), `${JSON.stringify(note)}\n`);
}

/**
 * Whether the working files still give the recorded program: "same"; "changed" if a file has
 * changed or is gone, or a new one might replace another; "missing" if there is no note, or it is
 * from another version of the engine or of esbuild. Only "same" is certain: after the other two,
 * bundle and compare the code.
 */
export async function workingState(
  options: WorkingProgram,
): Promise<"same" | "changed" | "missing"> {
  const note = readNote(noteFile(options));
  if (note === undefined || note.tools !== tools()) return "missing";
  const checks = [
    ...note.sources.map(async ([path, digest]) => {
      const contents = readIfThere(join(options.root, path));
      return contents !== undefined && digestOf(contents) === digest;
    }),
    ...note.folders.map(
      async ([path, digest]) => (await folderDigest(join(options.root, path))) === digest,
    ),
  ];
  const same = (await Promise.all(checks)).every(Boolean);
  return same && (await samePackages(options.root, note.packages)) ? "same" : "changed";
}

/** A package has many files that seldom change, so files with the same stamp are not read. */
async function samePackages(root: string, packages: Note["packages"]): Promise<boolean> {
  for (const [path, digest, stamp] of packages) {
    const file = join(root, path);
    if (stampOf(file) === stamp) continue;
    const contents = readIfThere(file);
    if (contents === undefined || digestOf(contents) !== digest) return false;
  }
  return true;
}

/** The contents of the file. Paths are relative to the project folder. */
interface Note {
  readonly tools: string;
  readonly sources: ReadonlyArray<readonly [path: string, digest: string]>;
  readonly packages: ReadonlyArray<readonly [path: string, digest: string, stamp: string]>;
  readonly folders: ReadonlyArray<readonly [path: string, digest: string]>;
}

function noteFile({ cacheDirectory, digest }: WorkingProgram): string | undefined {
  return cacheDirectory && join(cacheDirectory, `${digest}.inputs.json`);
}

/** Far above any real note: a program with ten thousand files has one of 2 MB. */
const LARGEST_NOTE_BYTES = 64 << 20;

function readNote(file: string | undefined): Note | undefined {
  const contents = file === undefined ? undefined : readOwnFile(file, LARGEST_NOTE_BYTES);
  if (contents === undefined) return undefined;
  try {
    const note = JSON.parse(new TextDecoder().decode(contents)) as Partial<Note>;
    const isList = (list: unknown, length: number): boolean =>
      Array.isArray(list) && list.every((item) => isTexts(item, length));
    const sound = isList(note.sources, 2) && isList(note.packages, 3) && isList(note.folders, 2);
    return sound && typeof note.tools === "string" ? (note as Note) : undefined;
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown, length: number): boolean {
  return (
    Array.isArray(value) && value.length === length && value.every((x) => typeof x === "string")
  );
}

/** The versions that the bundled code depends on. */
function tools(): string {
  const esbuild = createRequire(import.meta.url).resolve("esbuild/package.json");
  return `rewind-engine ${engineVersion()}, esbuild ${readVersion(esbuild)}`;
}

/**
 * The names in a folder that an import or a setting could refer to: `./a` is `a.ts` only if there
 * is no `a.tsx`, and a new tsconfig.json applies to all files beside it.
 */
async function folderDigest(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory() || /\.([cm]?[jt]sx?|json)$/.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => !name.startsWith(".") && name !== "node_modules");
  return digestOf(names.sort().join("\n"));
}
