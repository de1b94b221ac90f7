import path from "node:path";
import { RewindError } from "../../base/errors.ts";
import { type Files, onStore } from "../host/files.ts";
import { type Held, lookAt } from "../host/lock.ts";
import { storeFolders } from "./store-folders.ts";

/** A lock of a store, as a user is told of it. */
export interface StoreLock extends Held {
  /** Its path inside the store, such as `local/refs.lock`. */
  readonly name: string;
}

/** The locks that are there, of living and of dead processes, sorted by name. */
export function storeLocks(root: string, files: Files): StoreLock[] {
  const { local } = storeFolders(root);
  return onStore(root, local, () =>
    files.list(local).flatMap(({ name, isFolder }) => {
      if (isFolder || !/\.lock(\.removal)*$/.test(name)) return [];
      const held = lookAt(files, path.join(local, name));
      return held === undefined ? [] : [{ ...held, name: `local/${name}` }];
    }),
  );
}

/**
 * Removes the locks whose owners cannot be seen from here, and those of dead processes; returns
 * them. Throws LOCKED, and removes nothing, where a process on this machine holds one.
 */
export function breakStoreLocks(root: string, files: Files): StoreLock[] {
  const locks = storeLocks(root, files);
  const alive = locks.find(({ life }) => life === "alive");
  if (alive !== undefined) {
    throw new RewindError(
      "LOCKED",
      `process ${alive.owner?.pid} on this machine runs and holds ${alive.name}`,
      { owner: alive.owner, life: alive.life, file: alive.name },
    );
  }
  for (const { file } of locks) onStore(root, file, () => files.remove(file));
  return locks;
}
