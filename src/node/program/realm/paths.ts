import path from "node:path";

/** Where a program finds its project. */
export const PROJECT = "/project";

/** A path as a program names it, taken to the disk. */
export interface Located {
  /** Under what it is recorded. */
  readonly key: string;
  /** Where it lies on this disk. */
  readonly file: string;
  /** As the program named it, for messages. */
  readonly shown: string;
}

/**
 * Finds what a program means by a path: a text, a `file:` URL or a Buffer. `/project` is the project
 * folder, and relative paths begin there. Returns undefined for what is no path, such as a
 * descriptor.
 */
export function locate(given: unknown, root: string): Located | undefined {
  const shown = textOf(given);
  if (shown === undefined || shown.includes("\0")) return undefined;
  const inside = shown === PROJECT || shown.startsWith(`${PROJECT}/`);
  const file = inside ? path.join(root, shown.slice(PROJECT.length)) : path.resolve(root, shown);
  return { key: keyOf(file, root, inside || !path.isAbsolute(shown)), file, shown };
}

function textOf(given: unknown): string | undefined {
  if (typeof given === "string") return given;
  if (given instanceof URL) {
    if (given.protocol !== "file:" || given.host !== "") return undefined;
    const name = decodeURIComponent(given.pathname);
    return /^\/[A-Za-z]:/.test(name) ? name.slice(1) : name;
  }
  return given instanceof Uint8Array ? Buffer.from(given).toString() : undefined;
}

/** Relative for what lies in the project or was named from it, so that the project can move. */
function keyOf(file: string, root: string, fromProject: boolean): string {
  const relative = path.relative(root, file);
  const outside = relative.startsWith("..") || path.isAbsolute(relative);
  const key = outside && !fromProject ? file : relative === "" ? "." : relative;
  return key.replaceAll(path.sep, "/");
}

/** What a program sees as the real path of what is recorded under `key`. */
export function virtualPath(key: string): string {
  return path.posix.isAbsolute(key) || /^[A-Za-z]:/.test(key)
    ? key
    : path.posix.join(PROJECT, key).replace(/\/$/, "");
}
