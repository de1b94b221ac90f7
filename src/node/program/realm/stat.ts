import type { Refusable } from "../../../replay/guard.ts";
import type { Gate } from "./gate.ts";
import type { Found } from "./inputs.ts";

const TIMES = ["atime", "mtime", "ctime", "birthtime"];
const OTHERS = ["dev", "ino", "nlink", "uid", "gid", "rdev", "blksize", "blocks"];

/** The stats of a file or folder: only its kind and size. The rest differs between disks. */
export function statOf(found: Exclude<Found, { kind: "absent" }>, gate: Gate): object {
  const isFile = found.kind === "file";
  const no = (): boolean => false;
  const stat = {
    size: isFile ? found.length : 0,
    mode: isFile ? 0o100644 : 0o40755,
    isFile: () => isFile,
    isDirectory: () => !isFile,
    isSymbolicLink: no,
    isBlockDevice: no,
    isCharacterDevice: no,
    isFIFO: no,
    isSocket: no,
  };
  for (const key of [...TIMES, ...TIMES.map((name) => `${name}Ms`), ...OTHERS]) {
    const call: Refusable = {
      name: `fs.Stats.${key}`,
      hint: "only a file's kind, size and contents are recorded",
      kind: "read",
    };
    const still = (): unknown => (TIMES.includes(key) ? new Date(0) : 0);
    Object.defineProperty(stat, key, { get: () => gate.deny(call, still) });
  }
  return stat;
}

/** An entry of a folder, as `withFileTypes` returns it. */
export function entryOf(name: string, folder: string): object {
  const isDirectory = name.endsWith("/");
  const no = (): boolean => false;
  return {
    name: name.replace(/\/$/, ""),
    parentPath: folder,
    path: folder,
    isFile: () => !isDirectory,
    isDirectory: () => isDirectory,
    isSymbolicLink: no,
    isBlockDevice: no,
    isCharacterDevice: no,
    isFIFO: no,
    isSocket: no,
  };
}
