import path from "node:path";
import { toHex, utf8 } from "../../base/bytes.ts";
import { branchRef } from "../../history/branches.ts";
import { onStore } from "../host/files.ts";
import { locked, lookAt, tryLock } from "../host/lock.ts";
import { nodeHash } from "../host/platform.ts";
import type { FileStore } from "./file-store.ts";

/**
 * Locks all of the branches or none, and returns a function that releases them. A recording holds
 * the lock of its branch until it ends; otherwise two could work for hours before one of them found
 * that the branch had moved. Throws LOCKED, INVALID_REF_NAME.
 */
export async function lockBranches(
  store: FileStore,
  names: readonly string[],
): Promise<() => void> {
  await store.begin();
  const releases: (() => void)[] = [];
  const release = (): void => {
    for (const unlock of releases.splice(0)) unlock();
  };
  try {
    // Names that differ only in case share one lock; a later check refuses the second.
    for (const file of new Set(names.map((name) => lockFile(store, name)))) {
      releases.push(lockOne(store, file, names));
    }
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

function lockOne(store: FileStore, file: string, names: readonly string[]): () => void {
  const { tools, folders } = store;
  const release = onStore(folders.root, file, () => tryLock(tools.files, file));
  if (release !== undefined) return release;
  const branch = names.find((name) => lockFile(store, name) === file) ?? "";
  const held = lookAt(tools.files, file) ?? UNSEEN;
  throw locked({ ...held, file }, `is recording on the branch ${branch}`, { branch });
}

/** The owner of a lock that has just been released. */
const UNSEEN = { owner: undefined, life: "alive", silentMs: 0 } as const;

function lockFile({ folders }: FileStore, branch: string): string {
  branchRef(branch);
  // A hash, because a branch name may be too long for a file name.
  const name = toHex(nodeHash(utf8(branch.toLowerCase()))).slice(0, 16);
  return path.join(folders.local, `branch-${name}.lock`);
}
