import Module from "node:module";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { isDigested, LEFT_OUT } from "./package-digest.ts";

/**
 * Confines the files in these folders, the real paths of packages outside a program: they can load
 * only each other and Node's modules, by `require` and by `import`. Anything else appears not to be
 * installed, because it is in no digest and may have changed since the recording.
 *
 * Other files of this process are not affected. The hooks stay as long as the process runs, because
 * a step may load more.
 */
export function confine(folders: readonly string[]): void {
  if (folders.length === 0) return;
  const known = folders.every((folder) => sameMembers(reach.get(folder), folders));
  for (const folder of folders) reach.set(folder, folders);
  if (!patched) confineRequire();
  patched = true;
  if (registerHooks === undefined && !known) registerInThread(folders);
}

/**
 * The folders that the files in each folder can load from, for the program that was loaded last.
 */
const reach = new Map<string, readonly string[]>();

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
    if (isBeyondReach(parent?.filename, file)) throw notFound(request, parent?.filename);
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
          : isBeyondReach(parent, file);
      if (isBeyond) throw notFound(specifier, context.parentURL, "ERR_MODULE_NOT_FOUND");
      return found;
    },
  });
}

/**
 * The same for `import`, if Node runs hooks only in a separate thread. The hooks are a module that
 * Node loads once; each call gives it further folders.
 */
function registerInThread(folders: readonly string[]): void {
  node.register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: folders });
}

const HOOKS = `
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
const reach = new Map();
export const initialize = (folders) => {
  for (const folder of folders) reach.set(folder, folders);
};
const leftOut = ${JSON.stringify([...LEFT_OUT])};
const isDigested = (folder, file) =>
  (file === folder || file.startsWith(folder + sep)) &&
  !relative(folder, file).split(sep).some((part) => leftOut.includes(part));
const pathOf = (url) => (url?.startsWith("file:") ? fileURLToPath(url) : undefined);
export const resolve = async (specifier, context, next) => {
  const found = await next(specifier, context);
  const [parent, file] = [pathOf(context.parentURL), pathOf(found.url)];
  const isData = context.parentURL?.startsWith("data:");
  if ((parent === undefined && !isData) || file === undefined) return found;
  const folders = isData
    ? [...reach.keys()]
    : [...reach].find(([folder]) => isDigested(folder, parent))?.[1];
  if (folders === undefined || folders.some((one) => isDigested(one, file))) return found;
  const message = "Cannot find module '" + specifier + "', as it was not recorded with " + context.parentURL;
  throw Object.assign(new Error(message), { code: "ERR_MODULE_NOT_FOUND" });
};
`;

function isBeyondReach(parent: string | undefined, file: string | undefined): boolean {
  if (parent === undefined || file === undefined || !isAbsolute(file)) return false;
  for (const [folder, folders] of reach) {
    if (!isDigested(folder, parent)) continue;
    return !folders.some((one) => isDigested(one, file));
  }
  return false;
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

function sameMembers(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && b.every((one) => a.includes(one));
}
