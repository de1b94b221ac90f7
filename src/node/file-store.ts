import path from "node:path";
import { isRewindError, type RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import type { Id } from "../object/id.ts";
import {
  type ObjectStore,
  type ObjectWriter,
  type StoredObject,
  verifyObject,
} from "../store/object-store.ts";
import { isCode, onStore, withFile } from "./files.ts";
import { scanJournal } from "./journal.ts";
import { journalWriter } from "./journal-writer.ts";
import { openJournal, openPack, type RecordFile } from "./pack-file.ts";
import { isJournalName, isPackName, type StoreFolders, storeFolders } from "./store-folders.ts";
import type { FileStoreTools } from "./store-tools.ts";

interface ScannedJournal {
  readonly name: string;
  readonly size: number;
  readonly file: RecordFile;
}

interface Place {
  readonly file: RecordFile;
  readonly offset: number;
}

/** How often a folder is listed again, where files that were in it are gone when they are opened. */
const LIST_ATTEMPTS = 10;

/** A store in a folder: sealed packs, and the journals of whoever is writing now. */
export class FileStore implements ObjectStore {
  readonly hash: Hash;
  readonly folders: StoreFolders;
  readonly tools: FileStoreTools;
  /** What was found damaged and done without. */
  readonly damaged: RewindError[] = [];
  readonly #packs = new Map<string, RecordFile>();
  #journals: readonly ScannedJournal[] = [];

  constructor(root: string, tools: FileStoreTools) {
    this.folders = storeFolders(root);
    this.tools = tools;
    this.hash = tools.hash;
    this.refresh();
  }

  async get(id: Id): Promise<StoredObject | undefined> {
    return this.#on(() => {
      try {
        return this.#read(id);
      } catch (error) {
        if (!isCode(error, "ENOENT")) throw error;
        // Its writer has sealed the journal since it was scanned: now it is a pack.
        this.refresh();
        return this.#read(id);
      }
    });
  }

  async has(id: Id): Promise<boolean> {
    return this.#placeOf(id) !== undefined;
  }

  async withPrefix(prefix: string, limit: number): Promise<readonly Id[]> {
    this.refresh();
    const ids = this.#files().flatMap((file) => file.withPrefix(prefix, limit));
    return [...new Set(ids)].sort().slice(0, limit);
  }

  async writer(): Promise<ObjectWriter> {
    return journalWriter(this);
  }

  hasSealed(id: Id): boolean {
    return [...this.#packs.values()].some((pack) => pack.find(id) !== undefined);
  }

  /** Every pack and journal. */
  recordFiles(): readonly RecordFile[] {
    return this.#files();
  }

  /** Opens packs that were sealed since, and reads journals again. */
  refresh(): void {
    this.#on(() => {
      for (let attempt = 1; ; attempt++) {
        try {
          this.#openAll();
          return;
        } catch (error) {
          // A journal was sealed after the folder was listed: the next list has its pack.
          if (!isCode(error, "ENOENT") || attempt === LIST_ATTEMPTS) throw error;
        }
      }
    });
  }

  /** Closes every file. */
  close(): void {
    for (const file of this.#files()) file.close();
    this.#packs.clear();
    this.#journals = [];
  }

  #openAll(): void {
    const { files } = this.tools;
    const names = files.list(this.folders.objects).map(({ name }) => name);
    for (const name of names) {
      if (!isPackName(name) || this.#packs.has(name)) continue;
      this.#packs.set(name, this.#openPack(name));
    }
    for (const [name, pack] of this.#packs) {
      if (names.includes(name)) continue;
      pack.close();
      this.#packs.delete(name);
    }
    const journals = names.filter(isJournalName).map((name) => this.#journal(name));
    for (const old of this.#journals) if (!journals.includes(old)) old.file.close();
    this.#journals = journals;
  }

  /** A pack by its index; where that is gone or damaged, by its own records, which say all of it. */
  #openPack(name: string): RecordFile {
    const { files } = this.tools;
    const { objects } = this.folders;
    try {
      return openPack(files, objects, name, this.tools);
    } catch (error) {
      if (isRewindError(error, "STORE_DAMAGED")) this.damaged.push(error);
      else if (!isCode(error, "ENOENT")) throw error;
    }
    const { places } = withFile(files, path.join(objects, name), "read", (descriptor) =>
      scanJournal(files, descriptor, this.tools),
    );
    return openJournal(files, objects, name, places, this.tools);
  }

  #read(id: Id): StoredObject | undefined {
    const place = this.#placeOf(id);
    if (place === undefined) return undefined;
    const { file, offset } = place;
    const object = file.readAt(offset, id);
    verifyObject(this.hash, id, object.kind, object.body, `in ${file.name}`);
    return object;
  }

  #placeOf(id: Id): Place | undefined {
    const found = this.#on(() => this.#find(id));
    if (found !== undefined) return found;
    // Somebody may have sealed a pack since this one was opened.
    this.refresh();
    return this.#on(() => this.#find(id));
  }

  #find(id: Id): Place | undefined {
    for (const file of this.#files()) {
      const offset = file.find(id);
      if (offset !== undefined) return { file, offset };
    }
    return undefined;
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
