import { isUtf8 } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import fs from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { kindOf } from "../host/regular-file.ts";
import { isInside } from "./package-folder.ts";

/**
 * Addons of many hundred megabytes are digested; anything larger is there to keep a reader busy.
 */
const LARGEST_PACKAGE_BYTES: number = 2 ** 31;

const PIECE_BYTES = 1 << 20;

// Windows has neither of the last two.
const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants;

/** Folders that are not part of a package: the packages installed in it, and its history. */
export const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", ".git"]);

/**
 * SHA-256 over the files and links of a package, by path, without the packages installed inside it.
 * Throws PACKAGE_CHANGED if a link leads to a file that is not digested, if something is neither a
 * file nor a folder nor a link, if a name is not UTF-8, or if the package is too large.
 */
export function digestOfFolder(name: string, folder: string): string {
  const hash = createHash("sha256");
  const real = fs.realpathSync(folder);
  const refuse = (expected: string): never => {
    const message = `expected ${expected}`;
    throw new RewindError("PACKAGE_CHANGED", message, { name });
  };
  const paths = entriesBelow(folder, "", (path, got) =>
    refuse(
      `the package ${name} to have only files, folders and links with names in UTF-8, got ${got} at ${describe(path)}`,
    ),
  ).sort(([a], [b]) => (a < b ? -1 : 1));
  const size = paths.reduce((sum, [path]) => sum + fs.lstatSync(join(folder, path)).size, 0);
  if (size > LARGEST_PACKAGE_BYTES) {
    const [most, got] = [LARGEST_PACKAGE_BYTES, size].map((one) => one.toLocaleString("en-US"));
    refuse(`the package ${name} to have at most ${most} bytes, got ${got}`);
  }
  for (const [path, kind] of paths) {
    const file = join(folder, path);
    if (kind === "file") {
      addFile(hash, file, path);
      continue;
    }
    const link = fs.readlinkSync(file, "buffer");
    // An absolute path belongs to the machine, such as the Python that built an addon, not to a
    // clone.
    if (!isAbsolute(link.toString()) && !isDigested(real, whereTo(file, link.toString()))) {
      refuse(`the link ${path} in the package ${name} to stay in it`);
    }
    hash.update(head("l", path, link.length)).update(link);
  }
  return hash.digest("hex");
}

/** What stands before the content of a file or a link, so that no two packages give the same bytes. */
function head(letter: "f" | "l", path: string, bytes: number): string {
  return `${letter}${path}\0${bytes}\0`;
}

/** Whether a real path is a file that the digest of a package's folder, itself a real path, covers. */
export function isDigested(folder: string, file: string): boolean {
  if (!isInside(folder, file)) return false;
  return !relative(folder, file)
    .split(sep)
    .some((part) => LEFT_OUT.has(part));
}

/** Adds a file in pieces, because large ones do not fit into memory. */
function addFile(hash: Hash, file: string, path: string): void {
  // By now it may be a pipe, and to open one may wait for ever.
  const descriptor = fs.openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  try {
    const { size } = fs.fstatSync(descriptor);
    hash.update(head("f", path, size));
    const piece = Buffer.alloc(Math.min(size, PIECE_BYTES));
    for (let done = 0; done < size; ) {
      const read = fs.readSync(descriptor, piece, 0, Math.min(piece.length, size - done), done);
      if (read === 0) break;
      hash.update(piece.subarray(0, read));
      done += read;
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

/** The target of a link, with further links followed; for a missing target, its path. */
function whereTo(file: string, link: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return resolve(fs.realpathSync(dirname(file)), link);
  }
}

/** The files and links below a folder, by their paths with `/`. */
function entriesBelow(
  folder: string,
  below: string,
  refuse: (path: string, got: string) => never,
): (readonly [path: string, kind: "file" | "link"])[] {
  const entries = fs.readdirSync(join(folder, below), { withFileTypes: true, encoding: "buffer" });
  return entries.flatMap((entry) => {
    const name = entry.name.toString();
    if (LEFT_OUT.has(name)) return [];
    const path = below === "" ? name : `${below}/${name}`;
    if (!isUtf8(entry.name)) return refuse(path, "another name");
    if (entry.isDirectory()) return entriesBelow(folder, path, refuse);
    if (entry.isSymbolicLink()) return [[path, "link"]];
    return entry.isFile() ? [[path, "file"]] : refuse(path, `a ${kindOf(entry)}`);
  });
}
