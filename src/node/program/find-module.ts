import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { RewindError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { MOST_NAMED, someOf } from "../../base/some-of.ts";

/**
 * The real path of a module in the project folder `root`, itself a real path. Throws
 * MODULE_NOT_FOUND, with similar names, and MODULE_FAILED if the file is outside.
 */
export async function findModule(root: string, module: string): Promise<string> {
  const given = resolve(root, module);
  const stats = await stat(given).catch(() => undefined);
  if (stats?.isFile() === true) {
    const file = await realpath(given);
    if (isInside(root, file)) return file;
    throw new RewindError(
      "MODULE_FAILED",
      `expected ${module} to be in the project folder, so that its path is valid elsewhere`,
      { module },
    );
  }
  const near = await namesLike(given, module);
  const found =
    stats === undefined
      ? "does not exist"
      : stats.isDirectory()
        ? "is a folder, not a file"
        : "is not a file";
  const hint = near.length > 0 ? `; there is ${someOf(near)}` : "";
  throw new RewindError("MODULE_NOT_FOUND", `the module ${module} ${found}${hint}`, {
    module,
    near: near.slice(0, MOST_NAMED),
  });
}

/**
 * Modules in the folder of `path` (or in `path`, if it is a folder), the most similar names first,
 * each as `module` would be written.
 */
async function namesLike(path: string, module: string): Promise<string[]> {
  const inside = await readdir(path).catch(() => undefined);
  const names = inside ?? (await readdir(dirname(path)).catch(() => []));
  const wanted = inside === undefined ? basename(path) : "index.ts";
  const modules = names.filter((name) => /\.[cm]?[jt]sx?$/.test(name) && !name.endsWith(".d.ts"));
  const near = new Set([...nearest(wanted, modules), ...modules.sort()]);
  const folder = inside === undefined ? dirname(module) : module;
  return [...near].map((name) => join(folder, name).split(sep).join("/"));
}

function isInside(root: string, file: string): boolean {
  const path = relative(root, file);
  return !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
