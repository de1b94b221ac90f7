import path from "node:path";
import { toHex, utf8 } from "../../base/bytes.ts";
import { branchRef } from "../../history/branches.ts";
import { onStore } from "../host/files.ts";
import { locked, lookAt, tryLock } from "../host/lock.ts";
import { nodeHash } from "../host/platform.ts";
import type { FileStore } from "./file-store.ts";

/**
 * Takes the locks of branches, all of them or none, and returns what releases them. Who records on a
 * branch holds its lock all the while, so that two recordings cannot work for hours and one of them
 * find the branch moved. Throws LOCKED, INVALID_REF_NAME.
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
    // Names that differ in case alone have one lock; that they cannot be both is found out later.
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

/** A lock that was released just now. */
const UNSEEN = { owner: undefined, life: "alive", silentMs: 0 } as const;

function lockFile({ folders }: FileStore, branch: string): string {
  branchRef(branch);
  // A hash, for a name may be longer than a file's can be; of two that differ in case, one can be.
  const name = toHex(nodeHash(utf8(branch.toLowerCase()))).slice(0, 16);
  return path.join(folders.local, `branch-${name}.lock`);
}
