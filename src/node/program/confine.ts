import Module from "node:module";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { isDigested, LEFT_OUT } from "./package-digest.ts";
import { isBare } from "./package-folder.ts";
import { packageName } from "./packages.ts";

/** A package that stays outside a program: its folder, a real path, and the folders of what it loads by name. */
export interface ConfinedPackage {
  readonly folder: string;
  readonly loads: readonly (readonly [name: string, folder: string])[];
}

/**
 * From now on, the files of these packages can load only what was recorded with them, by `require`
 * and by `import`: by a name, the package that had this name for them at the recording; by a path,
 * the files of that package and of those that load this one, because a package may find another's
 * addon. Anything else appears not to be installed, because it may have changed since the recording.
 *
 * Other files of this process are not affected. The hooks stay as long as the process runs, because
 * a step may load more.
 */
export function confine(packages: readonly ConfinedPackage[]): void {
  if (packages.length === 0) return;
  const now = packages.map((one): [string, Reach] => [one.folder, reachOf(one, packages)]);
  const known = now.every(
    ([folder, one]) => JSON.stringify(reach.get(folder)) === JSON.stringify(one),
  );
  for (const [folder, one] of now) reach.set(folder, one);
  if (!patched) confineRequire();
  patched = true;
  if (registerHooks === undefined && !known) registerInThread(now);
}

/** What the files of a package can load. */
interface Reach {
  /** The folders of other packages, by the names that it has for them. */
  readonly names: Readonly<Record<string, string | undefined>>;
  /** The folders whose files it can load by their paths. */
  readonly paths: readonly string[];
}

function reachOf({ folder, loads }: ConfinedPackage, packages: readonly ConfinedPackage[]): Reach {
  const paths = new Set([folder]);
  // Those that load it, those that load these, and so on: the set grows while it is walked.
  for (const path of paths) {
    for (const one of packages) {
      if (one.loads.some(([, loaded]) => loaded === path)) paths.add(one.folder);
    }
  }
  for (const [, loaded] of loads) paths.add(loaded);
  return { names: Object.fromEntries(loads), paths: [...paths] };
}

/** By the folders of the packages of the program that was loaded last. */
const reach = new Map<string, Reach>();

let patched = false;

interface Hooks {
  // Node 22.14 and earlier versions have no hooks that run in this thread.
  registerHooks?(hooks: { resolve: ResolveHook }): void;
  register(url: string, options: { data: unknown }): void;
  _resolveFilename(
    request: string,
    parent: { filename?: string } | undefined,
    ...more: unknown[]
  ): string;
}

type ResolveHook = (
  specifier: string,
  context: { readonly parentURL?: string | undefined },
  next: (specifier: string, context: unknown) => { readonly url: string },
) => { readonly url: string };

const node = Module as unknown as Hooks;
const { registerHooks } = node;

function confineRequire(): void {
  const resolveFilename = node._resolveFilename;
  node._resolveFilename = function (request, parent, ...more) {
    const file = resolveFilename.call(this, request, parent, ...more);
    if (isBeyondReach(request, parent?.filename, file)) throw notFound(request, parent?.filename);
    return file;
  };
  registerHooks?.({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const parent = pathOf(context.parentURL);
      const file = pathOf(found.url);
      const isBeyond =
        parent === undefined && context.parentURL?.startsWith("data:")
          ? isOutsideAll(file)
          : isBeyondReach(specifier, parent, file);
      if (isBeyond) throw notFound(specifier, context.parentURL, "ERR_MODULE_NOT_FOUND");
      return found;
    },
  });
}

/**
 * The same for `import`, if Node runs hooks only in a separate thread. The hooks are a module that
 * Node loads once; each call gives it further packages.
 */
function registerInThread(packages: readonly (readonly [folder: string, reach: Reach])[]): void {
  node.register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: packages });
}

const HOOKS = `
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
const reach = new Map();
export const initialize = (packages) => {
  for (const [folder, one] of packages) reach.set(folder, one);
};
const leftOut = ${JSON.stringify([...LEFT_OUT])};
const isDigested = (folder, file) =>
  (file === folder || file.startsWith(folder + sep)) &&
  !relative(folder, file).split(sep).some((part) => leftOut.includes(part));
const foldersFor = (request, folder, { names, paths }) => {
  if (/^(?:\\.{0,2}\\/|\\.{1,2}$|#|[A-Za-z]:[\\\\/]|file:)/.test(request)) return paths;
  const name = request.split("/").slice(0, request.startsWith("@") ? 2 : 1).join("/");
  return Object.hasOwn(names, name) ? [folder, names[name]] : [folder];
};
const pathOf = (url) => (url?.startsWith("file:") ? fileURLToPath(url) : undefined);
export const resolve = async (specifier, context, next) => {
  const found = await next(specifier, context);
  const [parent, file] = [pathOf(context.parentURL), pathOf(found.url)];
  const isData = context.parentURL?.startsWith("data:");
  if ((parent === undefined && !isData) || file === undefined) return found;
  const isIn = (folder) => isDigested(folder, file);
  if (isData) {
    if ([...reach.keys()].some(isIn)) return found;
  } else {
    const [folder, to] = [...reach].find(([one]) => isDigested(one, parent)) ?? [];
    if (folder === undefined || foldersFor(specifier, folder, to).some(isIn)) return found;
  }
  const message = "Cannot find module '" + specifier + "', as it was not recorded with " + context.parentURL;
  throw Object.assign(new Error(message), { code: "ERR_MODULE_NOT_FOUND" });
};
`;

function isBeyondReach(
  request: string,
  parent: string | undefined,
  file: string | undefined,
): boolean {
  if (parent === undefined || file === undefined || !isAbsolute(file)) return false;
  for (const [folder, to] of reach) {
    if (!isDigested(folder, parent)) continue;
    return !foldersFor(request, folder, to).some((one) => isDigested(one, file));
  }
  return false;
}

/** The folders in which a package may find what it asks for. */
function foldersFor(request: string, folder: string, { names, paths }: Reach): readonly string[] {
  // A URL of a file is a path; "#name" is whatever the package's own package.json says.
  if (!isBare(request) || request.startsWith("file:")) return paths;
  const name = packageName(request);
  const loaded = Object.hasOwn(names, name) ? names[name] : undefined;
  return loaded === undefined ? [folder] : [folder, loaded];
}

/** Code in a `data:` URL may belong to any package, so it can load only what some package can. */
function isOutsideAll(file: string | undefined): boolean {
  return file !== undefined && ![...reach.keys()].some((folder) => isDigested(folder, file));
}

function pathOf(url: string | undefined): string | undefined {
  return url?.startsWith("file:") ? fileURLToPath(url) : undefined;
}

/** Node's error for a module that is not installed, which packages expect. */
function notFound(request: string, parent: string | undefined, code = "MODULE_NOT_FOUND"): Error {
  const message = `Cannot find module '${request}', as it was not recorded with ${parent}`;
  return Object.assign(new Error(message), { code });
}
