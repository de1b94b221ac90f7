import { createHash, type Hash } from "node:crypto";
import fs from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { RewindError } from "../../base/errors.ts";
import { isInside } from "./package-folder.ts";

/**
 * Addons of many hundred megabytes are digested; anything larger is there to keep a reader busy.
 */
const LARGEST_PACKAGE_BYTES: number = 2 ** 31;

const PIECE_BYTES = 1 << 20;

/** Folders that are not part of a package: the packages installed in it, and its history. */
export const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", ".git"]);

/**
 * SHA-256 over the files of a package, by path, without the packages installed inside it. A link
 * counts by its text. Throws PACKAGE_CHANGED if a link leads to a file that is not digested, or if
 * the package is too large.
 */
export function digestOfFolder(name: string, folder: string): string {
  const hash = createHash("sha256");
  const real = fs.realpathSync(folder);
  const paths = filesBelow(folder, "").sort();
  const size = paths.reduce((sum, path) => sum + fs.lstatSync(join(folder, path)).size, 0);
  if (size > LARGEST_PACKAGE_BYTES) {
    const [most, got] = [LARGEST_PACKAGE_BYTES, size].map((one) => one.toLocaleString("en-US"));
    const tooLarge = `expected the package ${name} to have at most ${most} bytes, got ${got}`;
    throw new RewindError("PACKAGE_CHANGED", tooLarge, { name });
  }
  for (const path of paths) {
    const file = join(folder, path);
    const slashed = path.split(sep).join("/");
    const link = linkOf(file);
    if (link === undefined) addFile(hash, file, slashed);
    else {
      // An absolute path belongs to the machine, such as the Python that built an addon, not to a
      // clone.
      if (!isAbsolute(link) && !isDigested(real, whereTo(file, link))) {
        const leadsAway = `expected the link ${slashed} in the package ${name} to stay in it`;
        throw new RewindError("PACKAGE_CHANGED", leadsAway, { name });
      }
      hash.update(`${slashed}\0${link.length}\0`).update(link);
    }
  }
  return hash.digest("hex");
}

/** Whether a real path is a file that the digest of a package's folder, itself a real path, covers. */
export function isDigested(folder: string, file: string): boolean {
  if (!isInside(folder, file)) return false;
  return !relative(folder, file)
    .split(sep)
    .some((part) => LEFT_OUT.has(part));
}

/** Adds a file in pieces, because large ones do not fit into memory. */
function addFile(hash: Hash, file: string, slashed: string): void {
  const descriptor = fs.openSync(file, "r");
  try {
    const { size } = fs.fstatSync(descriptor);
    hash.update(`${slashed}\0${size}\0`);
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

function filesBelow(folder: string, below: string): string[] {
  return fs.readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = join(below, entry.name);
    if (entry.isDirectory()) return filesBelow(folder, path);
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
}

function linkOf(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined; // a file, not a link
  }
}
