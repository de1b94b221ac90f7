import { locked, lookAt, tryLock } from "../host/lock.ts";
import { folderLock, type NotesStore } from "./output-notes.ts";

/** Takes the lock of a folder that outputs are written to. Throws LOCKED. */
export function lockFolder(store: NotesStore, folder: string): () => void {
  const file = folderLock(store, folder);
  const release = tryLock(store.files, file);
  if (release !== undefined) return release;
  const held = lookAt(store.files, file) ?? UNSEEN;
  throw locked({ ...held, file }, `is writing outputs to ${folder}`);
}

/** The owner of a lock that has just been released. */
const UNSEEN = { owner: undefined, life: "alive", silentMs: 0 } as const;
