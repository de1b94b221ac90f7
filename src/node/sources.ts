import { createHash } from "node:crypto";
import { type Stats, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";

/** A file that a program was made from, relative to the project folder, with `/`. */
export interface Source {
  readonly path: string;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly digest: string;
}

/** A file of a package that a program was made from, with what tells quickly that it is the same. */
export interface PackageSource extends Source {
  /** Its size and times as the disk has them; another stamp need not be other contents. */
  readonly stamp: string;
}

/** Gathers a program's sources while it is bundled. */
export interface Sources {
  /** Notes a file with the bytes that were bundled, which the file may no longer have later. */
  add(path: string, contents: Uint8Array): void;
  /** Notes a file of a package, which may lie outside the project folder. */
  addPackageFile(file: string, contents: Uint8Array): void;
  /** Notes a tsconfig.json and those that it extends. */
  addConfig(file: string): Promise<void>;
  /** All that was noted, with the package.json files beside and above them; sorted by path. */
  list(): Promise<Source[]>;
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
  const addFile = async (file: string): Promise<string | undefined> => {
    const path = relative(root, file).split(sep).join("/");
    if (digests.has(path)) return undefined;
    const contents = await readIfThere(file);
    if (contents === undefined) return undefined;
    add(path, contents);
    return new TextDecoder().decode(contents);
  };
  const addConfig = async (file: string): Promise<void> => {
    const text = await addFile(file);
    if (text === undefined) return;
    for (const base of basesOf(text, dirname(file))) await addConfig(base);
  };
  return {
    add,
    addConfig,
    addPackageFile: (file, contents) => {
      const path = relative(root, file).split(sep).join("/");
      packages.set(path, { path, digest: digestOf(contents), stamp: stampOf(file) ?? "" });
    },
    packages: () => [...packages.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    list: async () => {
      for (const folder of foldersOf(digests.keys()))
        await addFile(join(root, folder, "package.json"));
      return [...digests]
        .map(([path, digest]) => ({ path, digest }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

/** What changes on the disk when a file is written; undefined where there is no such file. */
export function stampOf(file: string): string | undefined {
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false });
  return stats && `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}

/** SHA-256 in hexadecimal. */
export function digestOf(contents: Uint8Array | string): string {
  return createHash("sha256").update(contents).digest("hex");
}

/** A file's bytes; undefined where there is no such file, or it cannot be read. */
export async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  return readFile(file).catch(() => undefined);
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

/** The tsconfig.json that holds for `folder`: the nearest one up to the project folder `root`. */
export async function nearestConfig(root: string, folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, "tsconfig.json");
    if ((await readIfThere(file)) !== undefined) return file;
    if (at === root || at === dirname(at)) return undefined;
  }
}

/**
 * Where the settings that a tsconfig.json extends may lie. A pattern and not a parser, because the
 * file may have comments; to name a file too many does no harm.
 */
function basesOf(text: string, folder: string): string[] {
  const value = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(text)?.[1] ?? "";
  return [...value.matchAll(/"([^"]+)"/g)].flatMap(([, name = ""]) => {
    const places: string[] = [];
    if (/^(\.|\/|[A-Za-z]:)/.test(name)) places.push(resolve(folder, name));
    else
      for (let at = folder; at !== dirname(at); at = dirname(at))
        places.push(join(at, "node_modules", name));
    return places.flatMap((place) => [place, `${place}.json`, join(place, "tsconfig.json")]);
  });
}
