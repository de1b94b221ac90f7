import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { withoutComments } from "./json-text.ts";
import { type ImportPaths, nameOf, packageSettings, readSettings } from "./module-settings.ts";
import { isBare } from "./package-folder.ts";
import { packageName } from "./packages.ts";

/** What the tsconfig.json of a folder says, put together from it and the files that it extends. */
export interface Tsconfig {
  readonly compilerOptions: Options;
  /** The files that say it. */
  readonly files: readonly string[];
}

/** The compiler options that are a word or a switch, and where imports lead. */
export interface Options extends ImportPaths {
  readonly [name: string]: unknown;
}

/**
 * The settings of TypeScript for `folder`, in the nearest tsconfig.json up to the project folder
 * `root`. They are read here and not by esbuild, which would open any file that they extend: it
 * waits for a pipe and reads a device endlessly. Throws MODULE_FAILED if one of the files cannot be
 * read completely, or is not JSON.
 */
export function tsconfigFor(root: string, folder: string): Tsconfig {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, "tsconfig.json");
    const text = readSettings(root, file);
    if (text !== undefined) return readConfig(root, file, text);
    if (at === root || at === dirname(at)) return { compilerOptions: {}, files: [] };
  }
}

/** More than anyone needs; looking for each in every folder above would take minutes. */
const MOST_BASES = 1_000;

/** Options as they stand in the files, and the folder that `paths` starts from. */
interface Said {
  readonly options: Options;
  readonly pathsFrom?: string;
}

function readConfig(root: string, config: string, text: string): Tsconfig {
  const files = new Set<string>();
  const configDir = dirname(config);
  let bases = 0;
  const read = (file: string, content: string, above: readonly string[]): Said => {
    const real = realpathSync(file);
    if (above.includes(real)) return { options: {} };
    files.add(file);
    const settings = parsed(root, file, content);
    const folder = dirname(real);
    const names = [settings.extends].flat().filter((name) => typeof name === "string");
    bases += names.length;
    if (bases > MOST_BASES) {
      const name = nameOf(root, config);
      const message = `expected ${name} to extend at most ${count(MOST_BASES)} files`;
      throw new RewindError("MODULE_FAILED", message, { file: name });
    }
    let said: Said = { options: {} };
    for (const name of names) {
      const base = baseNamed(root, name, folder);
      if (base !== undefined) said = over(said, read(base.file, base.text, [...above, real]));
    }
    return over(said, saidBy(settings.compilerOptions, { folder, configDir }));
  };
  return { compilerOptions: withPaths(read(config, text, [])), files: [...files] };
}

function parsed(root: string, file: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(withoutComments(text));
  } catch (cause) {
    const name = nameOf(root, file);
    const message = `expected ${name} to be JSON, in which comments are allowed`;
    throw new RewindError("MODULE_FAILED", message, { file: name }, { cause });
  }
  return isObject(value) ? value : {};
}

function over(base: Said, said: Said): Said {
  return { ...base, ...said, options: { ...base.options, ...said.options } };
}

function saidBy(
  compilerOptions: unknown,
  at: { readonly folder: string; readonly configDir: string },
): Said {
  if (!isObject(compilerOptions)) return { options: {} };
  const { baseUrl, paths, ...rest } = compilerOptions;
  const words = Object.entries(rest).filter(([, value]) =>
    /^(?:string|boolean)$/.test(typeof value),
  );
  const placed = (path: string): string =>
    CONFIG_DIR.test(path) ? join(at.configDir, path.replace(CONFIG_DIR, "")) : path;
  return {
    options: {
      ...Object.fromEntries(words),
      ...(typeof baseUrl === "string" && { baseUrl: resolve(at.folder, placed(baseUrl)) }),
      ...(isObject(paths) && { paths: lists(paths, placed) }),
    },
    ...(isObject(paths) && { pathsFrom: at.folder }),
  };
}

/** Stands for the folder of the tsconfig.json that extends the others. */
const CONFIG_DIR = /^\$\{configDir\}/;

function lists(
  paths: Readonly<Record<string, unknown>>,
  placed: (path: string) => string,
): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(paths).map(([pattern, places]) => {
      const texts = Array.isArray(places) ? places : [];
      return [pattern, texts.filter((place) => typeof place === "string").map(placed)];
    }),
  );
}

/** The options with absolute paths. As for TypeScript, a path without `baseUrl` begins with a dot. */
function withPaths({ options, pathsFrom = "" }: Said): Options {
  const { baseUrl, paths } = options;
  if (paths === undefined) return options;
  const entries = Object.entries(paths).map(([pattern, places]): [string, string[]] => {
    const valid = places.filter((place) => baseUrl !== undefined || !isBare(place));
    return [pattern, valid.map((place) => resolve(baseUrl ?? pathsFrom, place))];
  });
  return { ...options, paths: Object.fromEntries(entries) };
}

interface Base {
  readonly file: string;
  readonly text: string;
}

/** The file that `name` in a tsconfig.json of `folder` means, found as TypeScript finds it. */
function baseNamed(root: string, name: string, folder: string): Base | undefined {
  const first = (files: readonly string[]): Base | undefined => {
    for (const file of files) {
      const text = readSettings(root, file);
      if (text !== undefined) return { file, text };
    }
    return undefined;
  };
  if (!isBare(name) || isAbsolute(name)) {
    const file = resolve(folder, /^\.\.?$/.test(name) ? `${name}/tsconfig.json` : name);
    return first(file.endsWith(".json") ? [file] : [file, `${file}.json`]);
  }
  for (let at = folder; ; at = dirname(at)) {
    const found = basename(at) === "node_modules" ? undefined : first(inPackages(root, name, at));
    if (found !== undefined || at === dirname(at)) return found;
  }
}

/** The files that `name` may mean in the packages of a folder. */
function inPackages(root: string, name: string, at: string): string[] {
  const folder = join(at, "node_modules", packageName(name));
  const text = readSettings(root, join(folder, "package.json"));
  let manifest: unknown;
  try {
    manifest = JSON.parse(text ?? "null");
  } catch {
    // It names no file.
  }
  const { tsconfig, exports } = isObject(manifest) ? manifest : {};
  const place = typeof tsconfig === "string" ? resolve(folder, tsconfig) : undefined;
  const path = place ?? join(at, "node_modules", name);
  const exported = exports === undefined ? [] : exportedAs(root, name, at);
  return [...exported, join(path, "tsconfig.json"), path, `${path}.json`];
}

/** The file that a package exports by `name`, if it does. */
function exportedAs(root: string, name: string, at: string): string[] {
  packageSettings(root)(name, at); // Node would wait for a pipe as well
  try {
    return [createRequire(join(at, "tsconfig.json")).resolve(name)];
  } catch {
    return [];
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
