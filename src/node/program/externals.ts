import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import {
  type ExternalEdge,
  type ExternalPackage,
  inWalkOrder,
  isPackageName,
  isPackageVersion,
} from "../../object/program.ts";
import { confine } from "./confine.ts";
import { isDigested, packageDigests } from "./package-digest.ts";
import { isInside } from "./package-folder.ts";
import { findPackage, readJson } from "./packages.ts";

/**
 * The packages that a program imports from outside its bundle, as installed now, and the packages
 * that they depend on: all of this code runs. In the order of `inWalkOrder`.
 */
export function externalsOf(imports: ReadonlyMap<string, ImportedExternal>): ExternalPackage[] {
  const digest = packageDigests();
  const places = new Map<string, number>(); // by folder
  const met: { readonly name: string; readonly folder: string }[] = [];
  const placeOf = (name: string, folder: string): number => {
    const place = places.get(folder) ?? places.size;
    if (place === places.size) {
      places.set(folder, place);
      met.push({ name, folder });
    }
    return place;
  };
  for (const [folder, { name }] of imports) placeOf(name, folder);
  const found: ExternalPackage[] = [];
  // The list grows while it is walked.
  for (const { name, folder } of met) {
    const { version, dependencies } = readManifest(folder);
    const { specifiers = [], up = 0 } = imports.get(folder) ?? {};
    const loads = dependencies.flatMap((dependency): ExternalEdge[] => {
      const at = findPackage(dependency, folder);
      if (at === undefined) return [];
      return [[dependency, placeOf(dependency, realpathSync(at.folder)), at.up]];
    });
    const foundAbove = up > 0 && { up };
    found.push({ name, version, digest: digest(name, folder), specifiers, ...foundAbove, loads });
  }
  return inWalkOrder(found);
}

/** What a program imports from a package outside, and where it finds the package from its project. */
export interface ImportedExternal extends Pick<ExternalPackage, "name" | "specifiers" | "up"> {}

/** A package outside the bundle, and its folder here. */
export interface FoundExternal extends ExternalPackage {
  readonly folder: string;
}

/**
 * The folders of the packages outside a program, in the order of `externals`: those that the project
 * imports are found from the project, and from each of these what it loaded at the recording. Throws
 * PACKAGE_CHANGED if one of them is not installed, has other files, is found in another place, or is
 * shared by other packages than at the recording.
 */
export function foldersOfExternals(
  root: string,
  externals: readonly ExternalPackage[],
): FoundExternal[] {
  const folders: string[] = [];
  const places = new Map<string, number>(); // by folder
  const digest = packageDigests();
  const visit = (place: number, name: string, from: string, up: number): void => {
    const external = externals[place] as ExternalPackage;
    const installed = findPackage(name, from);
    if (installed === undefined) throw changed(external, "which is not installed");
    const folder = realpathSync(installed.folder);
    if (folders[place] !== folder) enter(place, name, folder, installed.version);
    if (installed.up !== up) {
      throw changed(external, "but the installed one is in another place");
    }
  };
  const enter = (place: number, name: string, folder: string, version: string): void => {
    const external = externals[place] as ExternalPackage;
    if (digest(name, folder) !== external.digest) {
      const isSame = version === external.version;
      const others = "but the installed one has different files";
      throw changed(external, isSame ? others : `but ${version} is installed`, version);
    }
    if (folders[place] !== undefined || places.has(folder)) {
      throw changed(external, "but other packages share a copy of it now");
    }
    folders[place] = folder;
    places.set(folder, place);
    for (const [dependency, loaded, up] of external.loads) visit(loaded, dependency, folder, up);
  };
  for (const [place, { name, specifiers, up = 0 }] of externals.entries()) {
    if (specifiers.length > 0) visit(place, name, root, up);
  }
  return externals.map((external, place) => ({ ...external, folder: folders[place] as string }));
}

/**
 * Loads the packages outside a program, with new instances of their JavaScript, and returns them by
 * their names in the bundle, such as `import:name/part`.
 */
export async function loadExternals(
  root: string,
  externals: readonly FoundExternal[],
): Promise<ReadonlyMap<string, unknown>> {
  const modules = new Map<string, unknown>();
  if (externals.length === 0) return modules;
  const folders = externals.map(({ folder }) => folder);
  forget(createRequire(join(root, "program.js")), folders);
  confine(
    externals.map(({ folder, loads }) => ({
      folder,
      loads: loads.map(([name, place]) => [name, folders[place] as string]),
    })),
  );
  for (const external of externals) {
    // Its `module.parent` is in its own folder: through a parent in the project it could load
    // anything.
    const require = createRequire(join(external.folder, "program.js"));
    for (const [kind, specifier, file] of external.specifiers) {
      const path = fileIn(external, file);
      const module = kind === "require" ? require(path) : await imported(path, require);
      modules.set(`${kind}:${specifier}`, module);
    }
  }
  return modules;
}

let instances = 0;

/** The names in the namespace of a CommonJS module, as Node found them at the first import. */
const namesOf = new Map<string, readonly string[]>();

/**
 * The namespace of a new instance of a module. Node can import a CommonJS module that requires
 * others only once per process; later instances are loaded by `require`, and get the namespace of
 * the first one.
 */
async function imported(path: string, require: NodeJS.Require): Promise<unknown> {
  const names = namesOf.get(path);
  if (names === undefined) {
    const url = `${pathToFileURL(path)}#${++instances}`;
    const namespace: Record<string, unknown> = await import(/* @vite-ignore */ url);
    if (isCommonJs(path)) namesOf.set(path, Object.keys(namespace));
    return namespace;
  }
  const exported: Record<string, unknown> = require(path);
  const exportOf = (name: string): unknown => {
    if (name === "module.exports") return exported;
    return name === "default" ? exported : exported?.[name];
  };
  return Object.freeze(Object.fromEntries(names.map((name) => [name, exportOf(name)])));
}

/** Whether Node treats a file as CommonJS, by its extension or the type of its package. */
function isCommonJs(file: string): boolean {
  if (!file.endsWith(".js")) return file.endsWith(".cjs");
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) return readJson(manifest)?.type !== "module";
    if (folder === dirname(folder)) return true;
  }
}

/** Whether a package has machine code, which a bundle cannot hold. */
export function isNative(folder: string): boolean {
  if (existsSync(join(folder, "binding.gyp"))) return true;
  const { dependencies, native } = readManifest(folder);
  return native || dependencies.some((name) => ADDON_LOADERS.has(name));
}

/** Packages that only find the addon of the package that calls them. */
const ADDON_LOADERS: ReadonlySet<string> = new Set([
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "node-pre-gyp",
  "@mapbox/node-pre-gyp",
  "pkg-prebuilds",
]);

/** Packages that help to install another one and are not needed when it runs. */
const INSTALLERS: ReadonlySet<string> = new Set([
  ...["prebuild-install", "prebuildify", "node-gyp", "node-addon-api", "nan", "cmake-js"],
]);

function changed({ name, version }: ExternalPackage, problem: string, found?: string): RewindError {
  return new RewindError(
    "PACKAGE_CHANGED",
    `recorded with the package ${name} ${version}, ${problem}`,
    { name, recorded: version, found },
  );
}

/** The file that an import refers to, which must be covered by the digest. */
function fileIn({ name, folder }: FoundExternal, file: string): string {
  const path = join(folder, file);
  if (existsSync(path) && isDigested(folder, realpathSync(path))) return path;
  throw new RewindError(
    "PACKAGE_CHANGED",
    `expected a file of the package ${name}, got ${describe(file)}`,
    { name },
  );
}

/**
 * Unloads the packages' JavaScript so that it runs again; addons stay, because they load only once.
 */
function forget(require: NodeJS.Require, folders: readonly string[]): void {
  for (const file of Object.keys(require.cache)) {
    if (file.endsWith(".node")) continue;
    if (folders.some((folder) => isInside(folder, file))) delete require.cache[file];
  }
}

interface Manifest {
  readonly version: string;
  readonly dependencies: readonly string[];
  readonly native: boolean;
}

function readManifest(folder: string): Manifest {
  const { version, gypfile, binary, ...rest } = readJson(join(folder, "package.json")) ?? {};
  const { dependencies, optionalDependencies, peerDependencies } = rest;
  const named = [dependencies, optionalDependencies, peerDependencies].flatMap((some) =>
    Object.keys(Object(some)),
  );
  return {
    version: typeof version === "string" && isPackageVersion(version) ? version : "",
    dependencies: [...new Set(named)]
      .filter((name) => isPackageName(name) && !INSTALLERS.has(name))
      .sort(),
    native: gypfile === true || (typeof binary === "object" && binary !== null),
  };
}
