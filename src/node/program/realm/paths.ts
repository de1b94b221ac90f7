import path from "node:path";

/** The path of the project, as a program sees it. */
export const PROJECT = "/project";

/** A program's path, resolved on the disk. */
export interface Located {
  /** The key under which it is recorded. */
  readonly key: string;
  /** Its path on this disk. */
  readonly file: string;
  /** The path as the program wrote it, for messages. */
  readonly shown: string;
}

/**
 * Resolves a program's path: a text, a `file:` URL or a Buffer. `/project` is the project folder,
 * and relative paths begin there. Returns undefined for anything else, such as a descriptor.
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

/** Relative if it is in the project or was named relative to it, so that the project can move. */
function keyOf(file: string, root: string, fromProject: boolean): string {
  const relative = path.relative(root, file);
  const outside = relative.startsWith("..") || path.isAbsolute(relative);
  const key = outside && !fromProject ? file : relative === "" ? "." : relative;
  return key.replaceAll(path.sep, "/");
}

/** The real path that a program sees for the input recorded under `key`. */
export function virtualPath(key: string): string {
  return path.posix.isAbsolute(key) || /^[A-Za-z]:/.test(key)
    ? key
    : path.posix.join(PROJECT, key).replace(/\/$/, "");
}
