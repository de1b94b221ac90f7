import fs from "node:fs";
import path from "node:path";

/** The folder of a store, inside the project folder. */
export const STORE_FOLDER = ".rewind";

/**
 * Whether a file lies in a store, or would: below a folder `.rewind`, however the path spells that. Links
 * to folders are followed, and where `.REWIND` is the same folder, it counts.
 */
export function isInStore(file: string): boolean {
  let folder = realFolder(path.dirname(path.resolve(file)));
  for (; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (isSame(folder, path.join(path.dirname(folder), STORE_FOLDER))) return true;
  }
  return false;
}

/** The real path of a folder, or of the nearest one above that exists. */
function realFolder(folder: string): string {
  try {
    return fs.realpathSync(folder);
  } catch {
    const above = path.dirname(folder);
    return above === folder ? folder : realFolder(above);
  }
}

/** A file system may ignore case. */
function isSame(a: string, b: string): boolean {
  if (a === b) return true;
  if (a.length !== b.length || a.toLowerCase() !== b.toLowerCase()) return false;
  const [first, second] = [a, b].map((file) => fs.statSync(file, { throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}
