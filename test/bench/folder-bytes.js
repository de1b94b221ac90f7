import fs from "node:fs";
import path from "node:path";

/** The bytes of all files in a folder and below. */
export function folderBytes(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0);
}
