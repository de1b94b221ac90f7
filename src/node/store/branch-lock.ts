import path from "node:path";
import { toHex, utf8 } from "../../base/bytes.ts";
import { branchRef } from "../../history/branches.ts";
import { ensembleRef } from "../../history/ensembles.ts";
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
  for (const name of names) branchRef(name);
  return lockAll(store, names, "branch");
}

/** Locks an ensemble, as a sweep does until it ends. Throws LOCKED, INVALID_REF_NAME. */
export async function lockEnsemble(store: FileStore, name: string): Promise<() => void> {
  ensembleRef(name);
  return lockAll(store, [name], "ensemble");
}

type Locked = "branch" | "ensemble";

async function lockAll(
  store: FileStore,
  names: readonly string[],
  what: Locked,
): Promise<() => void> {
  await store.begin();
  const releases: (() => void)[] = [];
  const release = (): void => {
    for (const unlock of releases.splice(0)) unlock();
  };
  try {
    // Names that differ only in case share one lock; a later check refuses the second.
    for (const file of new Set(names.map((name) => lockFile(store, name, what)))) {
      releases.push(lockOne(store, file, names, what));
    }
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

function lockOne(
  store: FileStore,
  file: string,
  names: readonly string[],
  what: Locked,
): () => void {
  const { tools, folders } = store;
  const release = onStore(folders.root, file, () => tryLock(tools.files, file));
  if (release !== undefined) return release;
  const name = names.find((each) => lockFile(store, each, what) === file) ?? "";
  const held = lookAt(tools.files, file) ?? UNSEEN;
  const doing = what === "branch" ? "is recording on the branch" : "is recording the ensemble";
  throw locked({ ...held, file }, `${doing} ${name}`, { [what]: name });
}

/** The owner of a lock that has just been released. */
const UNSEEN = { owner: undefined, life: "alive", silentMs: 0 } as const;

function lockFile({ folders }: FileStore, name: string, what: Locked): string {
  // A hash, because a name may be too long for that of a file.
  const hash = toHex(nodeHash(utf8(name.toLowerCase()))).slice(0, 16);
  return path.join(folders.local, `${what}-${hash}.lock`);
}
