import path from "node:path";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import type { Files } from "../host/files.ts";

/** The largest text that is read from a file of a store, by the start of its path. */
const LARGEST_TEXT: readonly (readonly [path: string, bytes: number])[] = [
  ["config", 2 ** 20],
  ["local/config", 2 ** 20],
  ["", 2 ** 12],
];

/** A text of fewer letters is shorter than any limit: a letter takes at most three bytes. */
const SHORTEST_LIMIT = 2 ** 12 / 3;

/**
 * The files of the store whose `.rewind` folder is `root`. A store may come from a stranger, so
 * every file must be a regular one, `root` must be a real folder, and no link below it is followed.
 * Anything else throws STORE_DAMAGED.
 */
export function storeFiles(root: string, files: Files): Files {
  const inside = `${root}${path.sep}`;
  const nameOf = (file: string): string =>
    file.startsWith(inside)
      ? file.slice(inside.length).split(path.sep).join("/")
      : path.relative(root, file).split(path.sep).join("/") || path.basename(root);
  // Checked once: a real folder stays one while this process works on the store.
  const real = new Set<string>();

  /**
   * Checks that a folder of the store, and each one above it, is a real folder or does not exist.
   */
  const checkFolder = (folder: string): void => {
    if (real.has(folder) || !isInside(root, folder)) return;
    if (folder !== root) checkFolder(path.dirname(folder));
    const kind = files.stat(folder)?.kind;
    if (kind === "link" || kind === "other") throw refused(nameOf(folder), "folder", kind);
    // If a folder is a file instead, the system reports that itself.
    if (kind === "folder") real.add(folder);
  };
  const checkParent = (file: string): void => checkFolder(path.dirname(file));
  const checkFile = (file: string): void => {
    checkParent(file);
    const kind = files.stat(file)?.kind;
    if (kind !== undefined && kind !== "file") throw refused(nameOf(file), "regular file", kind);
  };

  /**
   * A file that is changed in place must have no other name, or a file outside the store could
   * change.
   */
  const checkSole = (file: string): void => {
    if ((files.stat(file)?.links ?? 1) <= 1) return;
    const name = nameOf(file);
    throw new RewindError(
      "STORE_FAILED",
      `${name} is a hard link, so another file would change with it: replace it with a copy`,
      { file: name },
    );
  };

  return {
    ...files,
    open(file, mode) {
      // The system itself refuses to create a file that exists.
      if (mode === "create") checkParent(file);
      else checkFile(file);
      if (mode === "append") checkSole(file);
      return files.open(file, mode);
    },
    truncate(file, length) {
      checkFile(file);
      checkSole(file);
      files.truncate(file, length);
    },
    readText(file, listed) {
      checkParent(file);
      if (listed) {
        const text = files.readText(file, true);
        if (text === undefined || text.length < SHORTEST_LIMIT) return text;
      }
      const found = files.stat(file);
      // A ref's path is a folder if other refs are below that name.
      if (found === undefined || found.kind === "folder") return undefined;
      if (found.kind !== "file") throw refused(nameOf(file), "regular file", found.kind);
      const name = nameOf(file);
      const most = LARGEST_TEXT.find(([start]) => name.startsWith(start))?.[1] ?? 0;
      if (found.size > most) {
        throw new RewindError(
          "STORE_DAMAGED",
          `${name}: expected at most ${count(most)} bytes, got ${count(found.size)}`,
          { file: name },
        );
      }
      return files.readText(file);
    },
    rename(from, to) {
      checkParent(from);
      checkParent(to);
      files.rename(from, to);
    },
    link(from, to) {
      checkParent(from);
      checkParent(to);
      files.link(from, to);
    },
    remove(file) {
      checkParent(file);
      files.remove(file);
    },
    makeFolder(folder) {
      checkFolder(folder);
      files.makeFolder(folder);
    },
    removeEmptyFolder(folder) {
      checkFolder(folder);
      files.removeEmptyFolder(folder);
      real.delete(folder);
    },
    syncFolder(folder) {
      checkFolder(folder);
      files.syncFolder(folder);
    },
    list(folder) {
      checkFolder(folder);
      return files.list(folder);
    },
    stat(file) {
      checkParent(file);
      return files.stat(file);
    },
    touch(file) {
      checkFile(file);
      files.touch(file);
    },
  };
}

function isInside(root: string, folder: string): boolean {
  return folder === root || folder.startsWith(`${root}${path.sep}`);
}

const KINDS = { file: "a file", folder: "a folder", link: "a link", other: "a device or a pipe" };

function refused(name: string, expected: string, kind: keyof typeof KINDS): RewindError {
  return new RewindError("STORE_DAMAGED", `${name}: expected a ${expected}, found ${KINDS[kind]}`, {
    file: name,
  });
}
