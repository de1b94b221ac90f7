import path from "node:path";
import { RewindError } from "../../base/errors.ts";
import type { Files } from "../host/files.ts";

/** The largest text that is read of a file of a store, by how its path in the store begins. */
const LARGEST_TEXT: readonly (readonly [path: string, bytes: number])[] = [
  ["config", 2 ** 20],
  ["local/config", 2 ** 20],
  ["", 2 ** 12],
];

/**
 * The files of the store whose `.rewind` folder is `root`. A store may be a clone of a stranger's:
 * what should be a file must be a regular one, and no link is followed from `root` on, which must be
 * a folder itself. All else is STORE_DAMAGED, at once.
 */
export function storeFiles(root: string, files: Files): Files {
  const inside = `${root}${path.sep}`;
  const nameOf = (file: string): string =>
    file.startsWith(inside)
      ? file.slice(inside.length).split(path.sep).join("/")
      : path.relative(root, file).split(path.sep).join("/") || path.basename(root);
  // A folder that was a real one stays one while this process works on the store.
  const real = new Set<string>();

  /** Checks that a folder of the store, and those above it, are real folders or are not there. */
  const checkFolder = (folder: string): void => {
    if (real.has(folder) || !isInside(root, folder)) return;
    if (folder !== root) checkFolder(path.dirname(folder));
    const kind = files.stat(folder)?.kind;
    if (kind === "link" || kind === "other") throw refused(nameOf(folder), "folder", kind);
    // A file in the place of a folder leads nowhere: the system says so itself.
    if (kind === "folder") real.add(folder);
  };
  const checkParent = (file: string): void => checkFolder(path.dirname(file));
  const checkFile = (file: string): void => {
    checkParent(file);
    const kind = files.stat(file)?.kind;
    if (kind !== undefined && kind !== "file") throw refused(nameOf(file), "regular file", kind);
  };

  /** What is changed in place must have no other name: a file outside the store would change with it. */
  const checkSole = (file: string): void => {
    if ((files.stat(file)?.links ?? 1) <= 1) return;
    const name = nameOf(file);
    throw new RewindError(
      "STORE_FAILED",
      `${name} is a hard link, and another file would change with it: put a copy of it in its place`,
      { file: name },
    );
  };

  return {
    ...files,
    open(file, mode) {
      // A new file takes no other's place: the system refuses that by itself.
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
    readText(file) {
      checkParent(file);
      const found = files.stat(file);
      // Where a name of a ref has others below it, there is a folder in its place.
      if (found === undefined || found.kind === "folder") return undefined;
      if (found.kind !== "file") throw refused(nameOf(file), "regular file", found.kind);
      const name = nameOf(file);
      const most = LARGEST_TEXT.find(([start]) => name.startsWith(start))?.[1] ?? 0;
      if (found.size > most) {
        throw new RewindError(
          "STORE_DAMAGED",
          `${name}: expected at most ${most.toLocaleString("en-US")} bytes, got ${found.size.toLocaleString("en-US")}`,
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
