import path from "node:path";
import { RewindError } from "../../base/errors.ts";
import { type Files, onStore } from "../host/files.ts";
import { type Held, lookAt } from "../host/lock.ts";
import { storeFolders } from "./store-folders.ts";

/** A lock of a store, as users see it. */
export interface StoreLock extends Held {
  /** Its path inside the store, such as `local/refs.lock`. */
  readonly name: string;
}

/** The existing locks, of living and dead processes, sorted by name. */
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
 * Removes and returns the locks of dead processes and of owners that cannot be checked from here.
 * If a process on this machine holds a lock, throws LOCKED and removes nothing.
 */
export function breakStoreLocks(root: string, files: Files): StoreLock[] {
  const locks = storeLocks(root, files);
  const alive = locks.find(({ life }) => life === "alive");
  if (alive !== undefined) {
    throw new RewindError(
      "LOCKED",
      `process ${alive.owner?.pid} on this machine is running and holds ${alive.name}`,
      { owner: alive.owner, life: alive.life, file: alive.name },
    );
  }
  for (const { file } of locks) onStore(root, file, () => files.remove(file));
  return locks;
}
