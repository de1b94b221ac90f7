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

/**
 * The name of a journal's mark number `number`: the objects of a state inside a block, which a tip of
 * the journal names. Git ignores it as it does journals.
 */
export function markName(journalName: string, number: number): string {
  return journalName.replace(/\.pack$/, `-${number}.mark`);
}

/** The journal to which a file in `objects/` is a mark; undefined if it is no mark. */
export function journalOfMark(name: string): string | undefined {
  const [, journal] = /^(journal-[0-9a-z]+)-\d+\.mark$/.exec(name) ?? [];
  return journal && `${journal}.pack`;
}

/** Whether a file in `objects/` is a mark. */
export function isMarkName(name: string): boolean {
  return journalOfMark(name) !== undefined;
}

/** The lock that the writer of a journal holds. */
export function journalLock(folders: StoreFolders, journalName: string): string {
  return path.join(folders.local, `${journalName}.lock`);
}
