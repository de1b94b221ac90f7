import path from "node:path";
import { concatBytes, toHex } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import { type Id, type Kind, objectId } from "../../object/id.ts";
import { type NewObject, type ObjectWriter, type Tip, tipKind } from "../../store/object-store.ts";
import { encodeFooter, encodeRecord, PACK_HEADER } from "../../store/pack.ts";
import { encodeIndex } from "../../store/pack-index.ts";
import { encodeTips, type StoredTip } from "../../store/tip.ts";
import { onStore, replaceFile, writeWhole } from "../host/files.ts";
import { giveSignOfLife, tryLock } from "../host/lock.ts";
import { journalLock, markName, type StoreFolders } from "./store-folders.ts";
import type { FileStoreTools } from "./store-tools.ts";

/** The store that a journal is written for. */
export interface JournalHost {
  readonly folders: StoreFolders;
  readonly tools: FileStoreTools;
  /**
   * Whether a sealed pack has the object. An object in another journal does not count: it may still
   * be lost with it.
   */
  hasSealed(id: Id): boolean;
  /** Registers a new pack. */
  refresh(): void;
  /** Checks that the store is still the one that was opened. Throws STORE_FAILED. */
  checkInPlace(): void;
}

/**
 * Writes objects to a new journal, and seals it as a pack at the end. The order of flushes: records
 * and tip, flush (this acknowledges the objects); footer, flush; index written, flushed and
 * renamed; journal renamed to the hash of its content; folder flushed.
 */
export function journalWriter(store: JournalHost): ObjectWriter {
  const writer = new JournalWriter(store);
  // Closures, so that callers can pass `writer.put` as a function.
  return {
    put: (kind, body) => writer.put(kind, body),
    get pendingBytes() {
      return writer.pendingBytes;
    },
    commit: async (...tips) => writer.guarded(() => writer.commit(tips)),
    mark: async (tip, objects) => writer.guarded(() => writer.mark(tip, objects)),
    close: async () => writer.guarded(() => writer.close()),
    abandon: async () => writer.abandon(),
  };
}

/** A journal that has a file, and the lock that names its writer. */
interface OpenJournal {
  readonly descriptor: number;
  readonly release: () => void;
}

class JournalWriter {
  readonly #store: JournalHost;
  readonly #name: string;
  readonly #places = new Map<Id, number>();
  readonly #hash: ReturnType<FileStoreTools["runningHash"]>;
  #pending: Uint8Array[] = [];
  #length = 0;
  #open: OpenJournal | undefined;
  #poison: unknown;
  #committed = false;
  /** Whether everything is written, although the pack may not be in place yet. */
  #isLeft = false;
  /** The mark that the last tip needs, and the number of the next one. */
  #mark: string | undefined;
  #marks = 0;
  pendingBytes = 0;

  constructor(store: JournalHost) {
    this.#store = store;
    this.#name = `journal-${store.tools.uniqueName()}.pack`;
    this.#hash = store.tools.runningHash();
    this.#take(PACK_HEADER);
  }

  put<K extends Kind>(kind: K, body: Uint8Array): Id<K> {
    const id = objectId(this.#store.tools.hash, kind, body);
    if (this.#places.has(id) || this.#store.hasSealed(id)) return id;
    this.#places.set(id, this.#length);
    this.#take(encodeRecord({ kind, id, payload: body }, this.#store.tools));
    return id;
  }

  commit(tips: readonly Tip[]): void {
    if (tips.length > 0) {
      // One record, so that one checksum covers all tips: they are valid together or not at all.
      const payload = encodeTips(tips.map((tip) => this.#stored(tip)));
      this.#take(encodeRecord({ kind: "tip", payload }, this.#store.tools));
    }
    this.#flush();
    if (tips.length === 0) return;
    this.#committed = true;
    this.#removeMark(this.#mark);
    this.#mark = undefined;
  }

  /**
   * Writes the objects to a file beside the journal, because a journal keeps for good what it holds.
   * The tip follows once they are flushed, and the mark before this one is removed after that: so the
   * last tip always has its objects.
   */
  mark(tip: Tip, objects: readonly NewObject[]): void {
    const { folders, tools } = this.#store;
    const before = this.#mark;
    const kind = tipKind(tip.ref);
    const id = objectId(tools.hash, kind, tip.run);
    const all = [...objects, { kind, id, body: tip.run }];
    const records = all.map(({ body, ...object }) =>
      encodeRecord({ ...object, payload: body }, tools),
    );
    this.#store.checkInPlace();
    // The lock of the journal says whose the mark is.
    this.#open ??= this.#begin();
    const name = markName(this.#name, this.#marks++);
    const content = concatBytes([PACK_HEADER, ...records]);
    replaceFile(
      tools.files,
      path.join(folders.objects, name),
      path.join(folders.local, name),
      content,
    );
    this.#mark = name;
    const payload = encodeTips([{ ref: tip.ref, run: undefined, id }]);
    this.#take(encodeRecord({ kind: "tip", payload }, tools));
    this.#flush();
    this.#committed = true;
    this.#removeMark(before);
  }

  #removeMark(name: string | undefined): void {
    if (name === undefined) return;
    this.#store.tools.files.remove(path.join(this.#store.folders.objects, name));
  }

  #stored(tip: Tip): StoredTip {
    const id = objectId(this.#store.tools.hash, tipKind(tip.ref), tip.run);
    return this.#places.has(id) ? { ref: tip.ref, run: undefined, id } : tip;
  }

  close(): void {
    if (this.#places.size === 0) {
      // A tip without objects adds nothing to the store.
      this.#committed = false;
      this.abandon();
      return;
    }
    const contentHash = this.#hash.digest();
    this.#take(encodeFooter(contentHash, this.#places.size, this.#store.tools));
    this.#flush();
    const { descriptor, release } = this.#open as OpenJournal;
    this.#open = undefined;
    this.#store.tools.files.close(descriptor);
    this.#isLeft = true;
    try {
      publishPack(this.#store, this.#path(), this.#places, contentHash);
    } finally {
      release();
    }
    this.#store.refresh();
    this.#isLeft = false;
  }

  abandon(): boolean {
    if (this.#open === undefined) return this.#isLeft;
    const { files } = this.#store.tools;
    const { descriptor, release } = this.#open;
    this.#open = undefined;
    try {
      files.close(descriptor);
      // Objects that a tip acknowledged stay, its mark too, and whoever opens the store next recovers them.
      if (!this.#committed) files.remove(this.#path());
      release();
      return this.#committed;
    } catch {
      // If the disk accepts no more changes, both stay, and recovery handles them.
      return true;
    }
  }

  /** Runs `work`, unless an earlier write failed: after that, no write can be guaranteed. */
  guarded(work: () => void): void {
    if (this.#poison !== undefined) {
      throw new RewindError(
        "WRITER_POISONED",
        "an earlier write of this recording failed",
        {},
        { cause: this.#poison },
      );
    }
    try {
      onStore(this.#store.folders.root, this.#path(), work);
    } catch (error) {
      this.#poison = error;
      throw error;
    }
  }

  #take(bytes: Uint8Array): void {
    this.#pending.push(bytes);
    this.#length += bytes.length;
    this.pendingBytes += bytes.length;
    this.#hash.update(bytes);
  }

  #flush(): void {
    const { files } = this.#store.tools;
    const isNew = this.#open === undefined;
    this.#store.checkInPlace();
    this.#open ??= this.#begin();
    if (files.stat(this.#path())?.identity !== files.identity(this.#open.descriptor)) {
      const message = `objects/${this.#name} was moved away or replaced while it was written`;
      throw new RewindError("STORE_FAILED", message, { file: `objects/${this.#name}` });
    }
    giveSignOfLife();
    files.write(this.#open.descriptor, concatBytes(this.#pending));
    files.sync(this.#open.descriptor);
    if (isNew) files.syncFolder(this.#store.folders.objects);
    this.#pending = [];
    this.pendingBytes = 0;
  }

  #begin(): OpenJournal {
    const { files } = this.#store.tools;
    const release = tryLock(files, journalLock(this.#store.folders, this.#name));
    if (release === undefined) throw new RewindError("LOCKED", `${this.#name} is being written`);
    try {
      return { descriptor: files.open(this.#path(), "create"), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  #path(): string {
    return path.join(this.#store.folders.objects, this.#name);
  }
}

/**
 * Makes a pack of `draft`, a file of records whose footer is flushed: writes its index, renames it,
 * and returns its final name.
 */
export function publishPack(
  store: JournalHost,
  draft: string,
  places: ReadonlyMap<Id, number>,
  contentHash: Uint8Array,
): string {
  const { files, hash } = store.tools;
  const name = `pack-${toHex(contentHash)}`;
  const index = path.join(store.folders.local, `${name}.idx`);
  writeWhole(files, index, encodeIndex(places, contentHash, hash));
  movePack(store, { draft, index }, name);
  return `${name}.pack`;
}

/** Makes a whole file of records and its index a pack of the store, under this name. */
export function movePack(
  store: JournalHost,
  { draft, index }: { readonly draft: string; readonly index: string },
  name: string,
): void {
  const { files } = store.tools;
  const { objects } = store.folders;
  // One flush of the folder for both names: a pack without an index is readable too.
  files.rename(index, path.join(objects, `${name}.idx`));
  files.rename(draft, path.join(objects, `${name}.pack`));
  files.syncFolder(objects);
}
