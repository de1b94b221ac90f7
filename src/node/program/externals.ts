import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import {
  type ExternalImport,
  type ExternalPackage,
  isPackageName,
  isPackageVersion,
} from "../../object/program.ts";
import { LARGEST_SETTINGS_BYTES, readRegular } from "../host/regular-file.ts";
import { confine } from "./confine.ts";
import { digestOfFolder, isDigested } from "./package-digest.ts";
import { isInside } from "./package-folder.ts";
import { findPackage } from "./packages.ts";

/**
 * The packages that a program imports from outside its bundle, as installed now, and the packages
 * that they depend on: all of this code runs. Sorted by name.
 */
export function externalsOf(
  imports: ReadonlyMap<string, { readonly name: string; readonly specifiers: ExternalImport[] }>,
): ExternalPackage[] {
  const found = new Map<string, ExternalPackage>();
  const add = (folder: string, name: string, specifiers: readonly ExternalImport[]): void => {
    if (found.has(folder)) return;
    const { version, dependencies } = readManifest(folder);
    found.set(folder, { name, version, digest: digestOfFolder(name, folder), specifiers });
    for (const dependency of dependencies) {
      const at = findPackage(dependency, folder);
      // Folders that the program itself imports from have their own specifiers.
      if (at === undefined || imports.has(realpathSync(at.folder))) continue;
      add(realpathSync(at.folder), dependency, []);
    }
  };
  for (const [folder, { name, specifiers }] of imports) add(folder, name, specifiers);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A package outside the bundle, and its folder here. */
export interface FoundExternal extends ExternalPackage {
  readonly folder: string;
}

/**
 * The folders of the packages outside a program: those that the project imports are found from the
 * project, their dependencies from each package. Packages that were not there at the recording are
 * left out. Throws PACKAGE_CHANGED if a recorded package is not installed or has other files.
 */
export function foldersOfExternals(
  root: string,
  externals: readonly ExternalPackage[],
): FoundExternal[] {
  const found = new Map<string, FoundExternal>();
  const visit = (name: string, from: string, specifiers: readonly ExternalImport[]): void => {
    const installed = findPackage(name, from);
    const folder = installed && realpathSync(installed.folder);
    const recorded = externals.filter((one) => one.name === name);
    const [first] = recorded;
    if (folder === undefined || found.has(folder) || first === undefined) return;
    const digest = digestOfFolder(name, folder);
    const same = recorded.find((one) => one.digest === digest);
    if (same === undefined) throw changed(first, installed?.version);
    found.set(folder, { ...same, specifiers, folder });
    for (const dependency of readManifest(folder).dependencies) visit(dependency, folder, []);
  };
  for (const { name, specifiers } of externals) {
    if (specifiers.length > 0) visit(name, root, specifiers);
  }
  const digests = new Set([...found.values()].map(({ digest }) => digest));
  const missing = externals.find(({ digest }) => !digests.has(digest));
  if (missing !== undefined) throw changed(missing, undefined);
  return [...found.values()];
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
  confine(folders);
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

/** What a package.json holds; undefined if it is no object of JSON in a file of a sane size. */
function readJson(manifest: string): Record<string, unknown> | undefined {
  try {
    const options = { name: manifest, limitBytes: LARGEST_SETTINGS_BYTES };
    const content = JSON.parse(new TextDecoder().decode(readRegular(manifest, options)));
    return typeof content === "object" && content !== null ? content : undefined;
  } catch {
    return undefined;
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

function changed({ name, version }: ExternalPackage, found: string | undefined): RewindError {
  const problem =
    found === undefined
      ? "which is not installed"
      : found === version
        ? "but the installed one has different files"
        : `installed is ${found}`;
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
