import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { RewindError } from "../../base/errors.ts";
import type { ExternalImport, ExternalPackage } from "../../object/program.ts";
import { findPackage } from "../packages.ts";
import { isInside } from "./package-folder.ts";

/**
 * Packages that a program imports from outside its bundle, as they are installed now, with the
 * packages that these depend on: all of it is code that runs. Sorted by name.
 */
export function externalsOf(
  imports: ReadonlyMap<string, { readonly name: string; readonly specifiers: ExternalImport[] }>,
): ExternalPackage[] {
  const found = new Map<string, ExternalPackage>();
  const add = (folder: string, name: string, specifiers: readonly ExternalImport[]): void => {
    if (found.has(folder)) return;
    const { version, dependencies } = readManifest(folder);
    found.set(folder, { name, version, digest: digestOfFolder(folder), specifiers });
    for (const dependency of dependencies) {
      const at = findPackage(dependency, folder);
      // Folders that the program itself imports from come with their own specifiers.
      if (at === undefined || imports.has(realpathSync(at.folder))) continue;
      add(realpathSync(at.folder), dependency, []);
    }
  };
  for (const [folder, { name, specifiers }] of imports) add(folder, name, specifiers);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A package that stays outside, and the folder that has it here. */
export interface FoundExternal extends ExternalPackage {
  readonly folder: string;
}

/**
 * Where the packages are that stay outside a program. Throws PACKAGE_CHANGED where one of them is
 * not installed, or has other files than were recorded.
 */
export function foldersOfExternals(
  root: string,
  externals: readonly ExternalPackage[],
): FoundExternal[] {
  return externals.map((one) => ({ ...one, folder: checkedFolder(root, one, externals) }));
}

/**
 * Loads the packages that stay outside a program, new instances of their JavaScript, and returns
 * them by their names in the bundle, such as `import:name/part`.
 */
export async function loadExternals(
  root: string,
  externals: readonly FoundExternal[],
): Promise<ReadonlyMap<string, unknown>> {
  const modules = new Map<string, unknown>();
  if (externals.length === 0) return modules;
  const require = createRequire(join(root, "program.js"));
  forget(
    require,
    externals.map(({ folder }) => folder),
  );
  for (const { folder, specifiers } of externals) {
    for (const [kind, specifier, file] of specifiers) {
      const path = join(folder, file);
      const url = `${pathToFileURL(path)}#${++instances}`;
      const module = kind === "require" ? require(path) : await import(/* @vite-ignore */ url);
      modules.set(`${kind}:${specifier}`, module);
    }
  }
  return modules;
}

let instances = 0;

/** Whether a package has parts in machine code, which no bundle can hold. */
export function isNative(folder: string): boolean {
  if (existsSync(join(folder, "binding.gyp"))) return true;
  const { dependencies, native } = readManifest(folder);
  return native || dependencies.some((name) => ADDON_LOADERS.has(name));
}

/** Packages whose one use is to find the addon of the package that calls them. */
const ADDON_LOADERS: ReadonlySet<string> = new Set([
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "node-pre-gyp",
  "@mapbox/node-pre-gyp",
  "pkg-prebuilds",
]);

/** Packages that help to install another, and are not there when it runs. */
const INSTALLERS: ReadonlySet<string> = new Set([
  ...["prebuild-install", "prebuildify", "node-gyp", "node-addon-api", "nan", "cmake-js"],
]);

function checkedFolder(
  root: string,
  external: ExternalPackage,
  all: readonly ExternalPackage[],
): string {
  const { name, version, digest } = external;
  const candidates = placesOf(root, name, all);
  const installed = candidates.map(({ folder }) => realpathSync(folder));
  const same = installed.find((folder) => digestOfFolder(folder) === digest);
  if (same !== undefined) return same;
  const found = candidates[0]?.version;
  const problem =
    found === undefined
      ? "which is not installed"
      : found === version
        ? "and the files of the one installed are others"
        : `installed is ${found}`;
  throw new RewindError(
    "PACKAGE_CHANGED",
    `recorded with the package ${name} ${version}, ${problem}`,
    { name, recorded: version, found },
  );
}

/** Where a package may be: as the project sees it, or as another of the packages does. */
function placesOf(
  root: string,
  name: string,
  all: readonly ExternalPackage[],
): { readonly folder: string; readonly version: string }[] {
  const from = [root, ...all.flatMap((one) => findPackage(one.name, root)?.folder ?? [])];
  return from.flatMap((folder) => findPackage(name, real(folder)) ?? []);
}

function real(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : folder;
}

/** Lets the packages' JavaScript be run again; an addon stays, since it can be loaded only once. */
function forget(require: NodeJS.Require, folders: readonly string[]): void {
  for (const file of Object.keys(require.cache)) {
    if (file.endsWith(".node")) continue;
    if (folders.some((folder) => isInside(folder, file))) delete require.cache[file];
  }
}

/** SHA-256 over the files of a package, by path; the packages installed inside it left out. */
export function digestOfFolder(folder: string): string {
  const hash = createHash("sha256");
  for (const path of filesBelow(folder, "").sort()) {
    const file = join(folder, path);
    const content = linkOf(file) ?? readFileSync(file);
    hash.update(`${path.split(sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function filesBelow(folder: string, below: string): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name === ".git") return [];
    const path = join(below, entry.name);
    if (entry.isDirectory()) return filesBelow(folder, path);
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined; // a file, and no link
  }
}

interface Manifest {
  readonly version: string;
  readonly dependencies: readonly string[];
  readonly native: boolean;
}

function readManifest(folder: string): Manifest {
  try {
    const content = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const { version, dependencies, optionalDependencies, gypfile, binary } = content;
    return {
      version: typeof version === "string" ? version : "",
      dependencies: Object.keys({ ...dependencies, ...optionalDependencies }).filter(
        (dependency) => !INSTALLERS.has(dependency),
      ),
      native: gypfile === true || typeof binary === "object",
    };
  } catch {
    return { version: "", dependencies: [], native: false };
  }
}
