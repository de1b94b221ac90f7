import path from "node:path";

/** The paths of a store's parts. */
export interface StoreFolders {
  /** The `.rewind` folder. */
  readonly root: string;
  readonly objects: string;
  /** Files that are never shared: locks, caches, temporary files. */
  readonly local: string;
  readonly logs: string;
}

/** The folders of the store whose `.rewind` folder is `root`. */
export function storeFolders(root: string): StoreFolders {
  const inside = (name: string): string => path.join(root, name);
  return { root, objects: inside("objects"), local: inside("local"), logs: inside("logs") };
}

/** Whether a file in `objects/` is a sealed pack. */
export function isPackName(name: string): boolean {
  return /^pack-[0-9a-f]{64}\.pack$/.test(name);
}

/** Whether a file in `objects/` is a journal. */
export function isJournalName(name: string): boolean {
  return /^journal-[0-9a-z]+\.pack$/.test(name);
}

/** The lock that the writer of a journal holds. */
export function journalLock(folders: StoreFolders, journalName: string): string {
  return path.join(folders.local, `${journalName}.lock`);
}
