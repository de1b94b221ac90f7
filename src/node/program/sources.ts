import { type Stats, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { digestOf } from "../host/platform.ts";
import { LARGEST_SOURCE_BYTES, readRegular } from "../host/regular-file.ts";

/** A file that a program was made from, relative to the project folder, with `/`. */
export interface Source {
  readonly path: string;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly digest: string;
}

/** A file of a package that a program was made from, with a quick test whether it is unchanged. */
export interface PackageSource extends Source {
  /** Its size and times on disk; a different stamp does not imply different contents. */
  readonly stamp: string;
}

/** Gathers a program's sources while it is bundled. */
export interface Sources {
  /** Notes a file with the bytes that were bundled, because the file may change later. */
  add(path: string, contents: Uint8Array): void;
  /** Notes a file of a package, which may be outside the project folder. */
  addPackageFile(file: string, contents: Uint8Array): void;
  /** Notes a settings file as it is now. */
  addSettings(file: string): void;
  /** All noted files, with the package.json files beside and above them; sorted by path. */
  list(): Source[];
  /** The files of packages, sorted by path. */
  packages(): PackageSource[];
}

/** An empty list of the sources in the project folder `root`. */
export function sourcesOf(root: string): Sources {
  const digests = new Map<string, string>();
  const packages = new Map<string, PackageSource>();
  const add = (path: string, contents: Uint8Array): void => {
    digests.set(path, digestOf(contents));
  };
  const addSettings = (file: string): void => {
    const path = relative(root, file).split(sep).join("/");
    const contents = digests.has(path) ? undefined : readIfThere(file);
    if (contents !== undefined) add(path, contents);
  };
  return {
    add,
    addSettings,
    addPackageFile: (file, contents) => {
      const path = relative(root, file).split(sep).join("/");
      packages.set(path, { path, digest: digestOf(contents), stamp: stampOf(file) ?? "" });
    },
    packages: () => [...packages.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    list: () => {
      for (const folder of foldersOf(digests.keys()))
        addSettings(join(root, folder, "package.json"));
      return [...digests]
        .map(([path, digest]) => ({ path, digest }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

/** A stamp that changes when a file is written; undefined if there is no such file. */
export function stampOf(file: string): string | undefined {
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false });
  return stats && `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}

/** A file's bytes; undefined if there is no such file, or it cannot be a source. */
export function readIfThere(file: string): Uint8Array | undefined {
  try {
    return readRegular(file, { name: file, limitBytes: LARGEST_SOURCE_BYTES });
  } catch {
    return undefined;
  }
}

/** The folders of `paths` and all above them, up to the project folder ".", sorted. */
export function foldersOf(paths: Iterable<string>): string[] {
  const folders = new Set(["."]);
  for (const path of paths) {
    if (path.startsWith("../")) continue;
    for (let at = dirname(path); at !== "."; at = dirname(at)) folders.add(at);
  }
  return [...folders].sort();
}
