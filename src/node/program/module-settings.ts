import { readdirSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { count as grouped } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { checkRegular, LARGEST_SETTINGS_BYTES, readRegular } from "../host/regular-file.ts";
import { manifestIn, NO_MANIFEST, partOf, patternPlaces } from "./named-places.ts";
import { isBare, remembered } from "./package-folder.ts";
import { packageName } from "./packages.ts";

/** Where a tsconfig.json sends imports; its places are absolute paths. */
export interface ImportPaths {
  readonly baseUrl?: string;
  readonly paths?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Checks the package.json files that esbuild reads to resolve `specifier` from `folder`: in that
 * folder and above, inside the project and outside, and in the places to which these, links and
 * `options` of a tsconfig.json lead. esbuild would wait for a pipe and read a device endlessly. To
 * check a file too many does no harm. Throws MODULE_FAILED.
 */
export function packageSettings(
  root: string,
  options: ImportPaths = {},
): (specifier: string, folder: string) => void {
  const checked = new Set<string>();
  const check = (folder: string): void => {
    for (let at = folder; !checked.has(at); at = dirname(at)) {
      checked.add(at);
      const file = join(at, "package.json");
      checkRegular(file, { name: nameOf(root, file), limitBytes: LARGEST_SETTINGS_BYTES });
    }
  };
  const checkLinks = remembered((folder) => {
    for (const real of [realPath(folder) ?? folder, ...foldersOfLinks(folder)]) check(real);
  });
  const manifestOf = remembered((folder) => {
    const text = readSettings(root, join(folder, "package.json"));
    return text === undefined ? undefined : manifestIn(text);
  });
  const asked = new Set<string>();
  // A list and no recursion: a thousand folders may lead from one to the next.
  const waiting: (readonly [specifier: string, folder: string])[] = [];
  /** Has a folder's package.json looked at, for an import that it may be asked for. */
  const look = (specifier: string, folder: string): void => {
    const question = `${folder}\0${specifier}`;
    if (asked.has(question)) return;
    asked.add(question);
    check(folder);
    if (manifestOf(folder) !== undefined) waiting.push([specifier, folder]);
  };
  const goTo = (place: string, folder: string): void => {
    // A package's own `imports` may name another package; anything else is a path, with or without "./".
    if (isBare(place)) ask(place, folder);
    const decoded = unescaped(place);
    if (decoded === undefined) throw refused(folder, "to name files in UTF-8");
    for (const path of new Set([place, decoded])) reach(resolve(folder, path));
  };
  /** What esbuild may find by a path: a file, a folder, or a file with more to its name. */
  const reach = (path: string): void => {
    for (const at of [dirname(path), path]) {
      look("", at);
      checkLinks(at);
    }
  };
  const ask = (specifier: string, folder: string): void => {
    check(folder);
    // Also for a name: if there is no such package, esbuild looks for a file to suggest.
    reach(resolve(folder, specifier));
    if (/^\.{1,2}(?:\/|$)/.test(specifier)) return;
    for (const path of configured(options, specifier)) reach(path);
    for (let at = folder; ; at = dirname(at)) {
      // By its own name or by "#", a package's file asks the package.json above it.
      look(specifier, at);
      if (at === dirname(at)) return;
      look(specifier, join(at, "node_modules", packageName(specifier)));
      reach(join(at, "node_modules", specifier));
    }
  };
  const refused = (folder: string, problem: string): RewindError => {
    const file = nameOf(root, join(folder, "package.json"));
    return new RewindError("MODULE_FAILED", `expected ${file} ${problem}`, { file });
  };
  const listed = new Set<string>(); // the folders whose places without `*` were gone to
  return (specifier, folder) => {
    ask(specifier, folder);
    // If there is no such file, esbuild leaves out what looks like the end of an address.
    const end = specifier.search(/[?#]/);
    if (end > 0) ask(specifier.slice(0, end), folder);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [specifier, folder] = next;
      const manifest = manifestOf(folder) ?? NO_MANIFEST;
      const places = listed.has(folder) ? [] : manifest.places;
      listed.add(folder);
      for (const place of places) goTo(place, folder);
      let count = 0;
      for (const place of patternPlaces(manifest, specifier)) {
        if (++count > MOST_PLACES) {
          throw refused(folder, `to lead an import to at most ${grouped(MOST_PLACES)} places`);
        }
        goTo(place, folder);
      }
    }
  };
}

/** Far above what a package has; one file can name thousands of millions. */
const MOST_PLACES = 10_000;

/** The places that a tsconfig.json has for an import. */
function configured({ baseUrl, paths = {} }: ImportPaths, specifier: string): string[] {
  const places = Object.entries(paths).flatMap(([key, places]) => {
    const part = key === specifier ? "" : partOf(key, specifier);
    return part === undefined ? [] : places.map((place) => place.replace("*", () => part));
  });
  return baseUrl === undefined ? places : [join(baseUrl, specifier), ...places];
}

/** A place without the escapes of an address, as esbuild decodes them; undefined if it is not UTF-8. */
function unescaped(place: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(place)) return place;
  try {
    return decodeURIComponent(place);
  } catch {
    return undefined;
  }
}

/** The folders of the files to which the links in a folder lead. */
function foldersOfLinks(folder: string): string[] {
  return linksIn(folder).flatMap((link) => {
    const real = realPath(join(folder, link));
    return real === undefined ? [] : [dirname(real)];
  });
}

function linksIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The text of a settings file; undefined if it does not exist. Throws as `readRegular` does. */
export function readSettings(root: string, file: string): string | undefined {
  const options = { name: nameOf(root, file), limitBytes: LARGEST_SETTINGS_BYTES };
  const contents = readRegular(file, options);
  return contents && new TextDecoder().decode(contents);
}

/** A file's path from the project folder, so that messages are short. */
export function nameOf(root: string, file: string): string {
  return relative(root, file).split(sep).join("/");
}
