import path from "node:path";
import type { Id } from "../../object/id.ts";
import type { NewObject } from "../../store/object-store.ts";
import { isHeld } from "../host/lock.ts";
import { type JournalContent, scanJournal } from "./journal.ts";
import { OpenFiles } from "./open-files.ts";
import { openJournal, type RecordFile } from "./pack-file.ts";
import type { RecordPlace } from "./packs.ts";
import { isMarkName, journalLock, type StoreFolders } from "./store-folders.ts";
import type { FileStoreTools } from "./store-tools.ts";

interface ScannedJournal {
  readonly size: number;
  readonly places: ReadonlyMap<Id, number>;
  readonly file: RecordFile;
  /** Whether its writer was dead before the scan: then it never grows. */
  readonly isFinal: boolean;
  /** How far its recordings are. */
  readonly progress: Pick<JournalContent, "tips" | "unmarked">;
  /** Whether it is a mark that stays open, so that it can be read after it was removed. */
  readonly isKept: boolean;
}

/** A journal whose writer was alive when it was read first, and how far its recordings are. */
export interface GrowingJournal extends Pick<JournalContent, "tips" | "unmarked"> {
  /** Whether its writer is still alive. */
  readonly isAlive: boolean;
}

/**
 * The most marks to keep open: whoever reads a run that was marked may need its objects after the
 * writer has removed the mark. A strange store may have any number of them.
 */
const MOST_KEPT = 32;

/** Up to this number, a look-up asks each journal in turn. */
const FEW = 4;

/** The journals of a store: those of current writers and those of dead ones. */
export class Journals {
  readonly #folders: StoreFolders;
  readonly #tools: FileStoreTools;
  readonly #open: OpenFiles;
  #scanned: ReadonlyMap<string, ScannedJournal> = new Map();
  /** The journals that have objects. */
  #filled: readonly ScannedJournal[] = [];
  /** The number of journals that may still grow. */
  #growing = 0;
  /** The number of marks that stay open. */
  #kept = 0;
  /** The location of each object; built by the first look-up if there are many journals. */
  #places: ReadonlyMap<Id, RecordPlace> | undefined;

  constructor(folders: StoreFolders, tools: FileStoreTools, open: OpenFiles) {
    this.#folders = folders;
    this.#tools = tools;
    this.#open = open;
  }

  /** Registers the journals in the folder, and scans those that have grown. */
  update(names: readonly string[]): void {
    const before = this.#scanned;
    const after = new Map<string, ScannedJournal>();
    for (const name of names) after.set(name, this.#scan(name, before.get(name)));
    const removed = [...before].filter(([name, { isKept }]) => isKept && !after.has(name));
    for (const [name, mark] of removed.slice(-MOST_KEPT / 2)) after.set(name, mark);
    const isGone = ([name, old]: [string, ScannedJournal]): boolean => after.get(name) !== old;
    const gone = [...before].filter(isGone);
    this.#scanned = after;
    if (gone.length === 0 && before.size === after.size) return;
    for (const [, { file, isKept }] of gone) {
      file.close();
      if (isKept) this.#kept--;
    }
    const journals = [...after.values()];
    this.#filled = journals.filter(({ places }) => places.size > 0);
    this.#growing = journals.filter(({ isFinal }) => !isFinal).length;
    this.#places = undefined;
  }

  /** Scans the journals that have grown. */
  rescan(): void {
    if (this.#growing > 0) this.update([...this.#scanned.keys()]);
  }

  /** The location of an object; undefined if no journal has it. */
  find(id: Id): RecordPlace | undefined {
    if (this.#filled.length > FEW) return this.#table().get(id);
    for (const { file, places } of this.#filled) {
      const offset = places.get(id);
      if (offset !== undefined) return { file, offset };
    }
    return undefined;
  }

  /** The journals that may still grow. */
  growing(): readonly GrowingJournal[] {
    const growing = [...this.#scanned].filter(([, { isFinal }]) => !isFinal);
    return growing.map(([name, { progress }]) => ({
      ...progress,
      isAlive: isHeld(this.#tools.files, journalLock(this.#folders, name)),
    }));
  }

  /** The objects of the mark that has this one; empty if it is in none, or in a journal as well. */
  besides(id: Id): readonly NewObject[] {
    if (this.holds(id)) return [];
    for (const [name, { places, file }] of this.#scanned) {
      if (!isMarkName(name) || !places.has(id)) continue;
      return [...places].map(([each, at]) => ({ id: each, ...file.readAt(at, each) }));
    }
    return [];
  }

  /** Whether a journal has the object, apart from marks. */
  holds(id: Id): boolean {
    return [...this.#scanned].some(([name, { places }]) => !isMarkName(name) && places.has(id));
  }

  /** Every journal. */
  all(): RecordFile[] {
    return [...this.#scanned.values()].map(({ file }) => file);
  }

  /** Forgets every journal. */
  clear(): void {
    for (const { file } of this.#scanned.values()) file.close();
    this.#kept = 0;
    this.#scanned = new Map();
    this.#filled = [];
    this.#growing = 0;
    this.#places = undefined;
  }

  /** A file that stays open until it is closed, however many others are opened. */
  #keptOpen(name: string): OpenFiles {
    const open = new OpenFiles(this.#tools.files);
    open.size(path.join(this.#folders.objects, name));
    this.#kept++;
    return open;
  }

  #table(): ReadonlyMap<Id, RecordPlace> {
    if (this.#places !== undefined) return this.#places;
    const table = new Map<Id, RecordPlace>();
    // Backward, so that the first of several journals with an object wins.
    for (const { file, places } of this.#filled.toReversed()) {
      for (const [id, offset] of places) table.set(id, { file, offset });
    }
    this.#places = table;
    return table;
  }

  /** A journal, scanned again if it has grown. */
  #scan(name: string, known: ScannedJournal | undefined): ScannedJournal {
    const { files } = this.#tools;
    const { objects } = this.#folders;
    if (known?.isFinal) return known;
    if (known !== undefined && files.stat(path.join(objects, name))?.size === known.size) {
      return known;
    }
    const isFinal = isMarkName(name) || !isHeld(files, journalLock(this.#folders, name));
    const descriptor = files.open(path.join(objects, name), "read");
    try {
      const size = files.size(descriptor);
      const { places, tips, unmarked } = scanJournal(files, descriptor, this.#tools);
      const isKept = isMarkName(name) && this.#kept < MOST_KEPT;
      const open = isKept ? this.#keptOpen(name) : this.#open;
      const file = openJournal(open, objects, name, places, this.#tools);
      return { size, places, file, isFinal, isKept, progress: { tips, unmarked } };
    } finally {
      files.close(descriptor);
    }
  }
}
