import path from "node:path";
import type { Hash } from "../codec/hash.ts";
import type { Id } from "../object/id.ts";
import {
  type ObjectStore,
  type ObjectWriter,
  type StoredObject,
  verifyObject,
} from "../store/object-store.ts";
import type { PackTools } from "../store/pack.ts";
import { type Files, onStore } from "./files.ts";
import { scanJournal } from "./journal.ts";
import { journalWriter } from "./journal-writer.ts";
import { openJournal, openPack, type RecordFile } from "./pack-file.ts";
import { isJournalName, isPackName, type StoreFolders, storeFolders } from "./store-folders.ts";

/** What a file store is made with. */
export interface FileStoreTools extends PackTools {
  readonly files: Files;
  readonly hash: Hash;
  /** A fresh SHA-256 that is fed piece by piece. */
  runningHash(): { update(bytes: Uint8Array): void; digest(): Uint8Array };
  /** A short text that no other writer uses, for the name of a journal. */
  uniqueName(): string;
}

interface ScannedJournal {
  readonly name: string;
  readonly size: number;
  readonly file: RecordFile;
}

/** A store in a folder: sealed packs, and the journals of whoever is writing now. */
export class FileStore implements ObjectStore {
  readonly hash: Hash;
  readonly folders: StoreFolders;
  readonly tools: FileStoreTools;
  readonly #packs = new Map<string, RecordFile>();
  #journals: readonly ScannedJournal[] = [];

  constructor(root: string, tools: FileStoreTools) {
    this.folders = storeFolders(root);
    this.tools = tools;
    this.hash = tools.hash;
    this.refresh();
  }

  async get(id: Id): Promise<StoredObject | undefined> {
    const file = this.#fileWith(id);
    if (file === undefined) return undefined;
    const object = this.#on(() => file.readAt(file.find(id) as number, id));
    verifyObject(this.hash, id, object.kind, object.body, `in ${file.name}`);
    return object;
  }

  async has(id: Id): Promise<boolean> {
    return this.#fileWith(id) !== undefined;
  }

  async withPrefix(prefix: string, limit: number): Promise<readonly Id[]> {
    this.refresh();
    const ids = this.#files().flatMap((file) => file.withPrefix(prefix, limit));
    return [...new Set(ids)].sort().slice(0, limit);
  }

  async writer(): Promise<ObjectWriter> {
    return journalWriter(this);
  }

  /** Whether a pack or journal that is open now has the object; writers ask before they write. */
  hasNow(id: Id): boolean {
    return this.#files().some((file) => file.find(id) !== undefined);
  }

  /** Every pack and journal. */
  recordFiles(): readonly RecordFile[] {
    return this.#files();
  }

  /** Opens packs that were sealed since, and reads journals again. */
  refresh(): void {
    this.#on(() => {
      const { files } = this.tools;
      const names = files.list(this.folders.objects).map(({ name }) => name);
      for (const name of names) {
        if (!isPackName(name) || this.#packs.has(name)) continue;
        this.#packs.set(name, openPack(files, this.folders.objects, name, this.tools));
      }
      for (const [name, pack] of this.#packs) {
        if (names.includes(name)) continue;
        pack.close();
        this.#packs.delete(name);
      }
      const journals = names.filter(isJournalName).map((name) => this.#journal(name));
      for (const old of this.#journals) if (!journals.includes(old)) old.file.close();
      this.#journals = journals;
    });
  }

  /** Closes every file. */
  close(): void {
    for (const file of this.#files()) file.close();
    this.#packs.clear();
    this.#journals = [];
  }

  #fileWith(id: Id): RecordFile | undefined {
    const has = (file: RecordFile): boolean => file.find(id) !== undefined;
    const found = this.#on(() => this.#files().find(has));
    if (found !== undefined) return found;
    // Somebody may have sealed a pack since this one was opened.
    this.refresh();
    return this.#on(() => this.#files().find(has));
  }

  #files(): RecordFile[] {
    return [...this.#packs.values(), ...this.#journals.map(({ file }) => file)];
  }

  /** A journal, scanned again if it has grown. */
  #journal(name: string): ScannedJournal {
    const { files } = this.tools;
    const descriptor = files.open(path.join(this.folders.objects, name), "read");
    try {
      const size = files.size(descriptor);
      const known = this.#journals.find(
        (journal) => journal.name === name && journal.size === size,
      );
      if (known !== undefined) return known;
      const { places } = scanJournal(files, descriptor, this.tools);
      const file = openJournal(files, this.folders.objects, name, places, this.tools);
      return { name, size, file };
    } finally {
      files.close(descriptor);
    }
  }

  #on<T>(work: () => T): T {
    return onStore(this.folders.root, this.folders.objects, work);
  }
}
