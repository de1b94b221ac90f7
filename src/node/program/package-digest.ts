import { isUtf8 } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import fs from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { kindOf } from "../host/regular-file.ts";
import { isInside } from "./package-folder.ts";

/**
 * Addons of many hundred megabytes are digested; anything larger is there to keep a reader busy.
 */
const LARGEST_PACKAGES_BYTES: number = 2 ** 31;

const PIECE_BYTES = 1 << 20;

// Windows has neither of the last two.
const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants;

/** Folders that are not part of a package: the packages installed in it, and its history. */
export const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", ".git"]);

/**
 * Digests the packages of one program: SHA-256 over the files and links of a package, by path, without
 * the packages installed inside it. Throws PACKAGE_CHANGED if a link leads to a file that is not
 * digested, if something is neither a file nor a folder nor a link, if a name is not UTF-8, if the
 * packages together are too large, or if the system cannot read one.
 */
export function packageDigests(): (name: string, folder: string) => string {
  let bytes = 0;
  const add = (name: string, more: number): void => {
    bytes += more;
    if (bytes <= LARGEST_PACKAGES_BYTES) return;
    const [most, got] = [LARGEST_PACKAGES_BYTES, bytes].map(count);
    refuse(
      name,
      `the packages outside the program to have at most ${most} bytes, got ${got} with ${name}`,
    );
  };
  return (name, folder) => {
    try {
      return digestOf(name, folder, (more) => add(name, more));
    } catch (cause) {
      if (isRewindError(cause)) throw cause;
      // A system error has the whole path in its message, which may be as long as the system takes.
      const { code = "an error" } = cause as NodeJS.ErrnoException;
      const expected = `the package ${name} to be readable, got ${code} in ${describe(folder)}`;
      return refuse(name, expected, cause);
    }
  };
}

function refuse(name: string, expected: string, cause?: unknown): never {
  const message = `expected ${expected}`;
  throw new RewindError("PACKAGE_CHANGED", message, { name }, { cause });
}

function digestOf(name: string, folder: string, count: (bytes: number) => void): string {
  const hash = createHash("sha256");
  const real = fs.realpathSync(folder);
  const paths = entriesBelow(folder, "", (path, got) =>
    refuse(
      name,
      `the package ${name} to have only files, folders and links with names in UTF-8, got ${got} at ${describe(path)}`,
    ),
  ).sort(([a], [b]) => (a < b ? -1 : 1));
  count(paths.reduce((sum, [path]) => sum + fs.lstatSync(join(folder, path)).size, 0));
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
      refuse(name, `the link ${path} in the package ${name} to stay in it`);
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
