import { RewindError } from "../../base/errors.ts";
import type { Hash } from "../../codec/hash.ts";
import type { Id } from "../../object/id.ts";
import {
  type NewObject,
  type ObjectStore,
  type ObjectWriter,
  type Room,
  type StoredObject,
  verifyObject,
} from "../../store/object-store.ts";
import { onStore } from "../host/files.ts";
import { isCode } from "../host/system-error.ts";
import { journalWriter } from "./journal-writer.ts";
import { type GrowingJournal, Journals } from "./journals.ts";
import { ListedFolder } from "./listed-folder.ts";
import { OpenFiles } from "./open-files.ts";
import type { RecordFile } from "./pack-file.ts";
import { Packs, type RecordPlace } from "./packs.ts";
import {
  isJournalName,
  isMarkName,
  isPackName,
  type StoreFolders,
  storeFolders,
} from "./store-folders.ts";
import type { FileStoreTools } from "./store-tools.ts";

/** How often a folder is listed again if listed files are gone when they are opened. */
const LIST_ATTEMPTS = 10;

/** The most runs of living recorders to keep: a session may look at one again and again. */
const MOST_LIVE = 64;

/** A store in a folder: sealed packs, and the journals of the current writers. */
export class FileStore implements ObjectStore {
  readonly hash: Hash;
  readonly folders: StoreFolders;
  readonly tools: FileStoreTools;
  readonly #open: OpenFiles;
  readonly #packs: Packs;
  readonly #journals: Journals;
  readonly #listed: ListedFolder;
  /** Whether the folder must be listed before the next look-up. */
  #stale = true;
  /** Runs and ensembles that are not in a file yet: those of dead recorders, as recovery would store them. */
  #presented: ReadonlyMap<Id, StoredObject> = new Map();
  /** Those of living recorders, as of their last tips. */
  readonly #live = new Map<Id, StoredObject>();
  #begun: Promise<void> | undefined;
  readonly #identity: string | undefined;

  /** `onDamage` is called for each damaged part that the store can work without. */
  constructor(
    root: string,
    tools: FileStoreTools,
    onDamage: (error: RewindError<"STORE_DAMAGED">) => void = ignore,
  ) {
    this.folders = storeFolders(root);
    this.tools = tools;
    this.hash = tools.hash;
    this.#open = new OpenFiles(tools.files);
    this.#packs = new Packs(this.folders.objects, { ...tools, open: this.#open, onDamage });
    this.#journals = new Journals(this.folders, tools, this.#open);
    this.#listed = new ListedFolder(tools.files, this.folders.objects);
    this.#identity = tools.files.stat(root)?.identity;
    this.refresh();
  }

  /** Runs before the first write; does nothing by default. */
  prepare: () => Promise<void> = async () => undefined;

  /** Every writer calls this first. */
  begin(): Promise<void> {
    this.#begun ??= this.prepare().catch((error) => {
      this.#begun = undefined;
      throw error;
    });
    return this.#begun;
  }

  /** Makes the store return these runs and ensembles as if they were stored. */
  present(objects: ReadonlyMap<Id, StoredObject>): void {
    this.#presented = objects;
  }

  /** The journals that may still grow, as they are now, with the marks that they name. */
  growing(): readonly GrowingJournal[] {
    return this.#on(() => {
      this.#listChanged();
      let growing = this.#journals.growing();
      // Journals are read after the folder is listed: a tip may name a mark that was made in between.
      for (let attempt = 1; attempt < LIST_ATTEMPTS && growing.some(this.#lacksMark); attempt++) {
        this.#list();
        growing = this.#journals.growing();
      }
      return growing;
    });
  }

  readonly #lacksMark = ({ tips, isAlive }: GrowingJournal): boolean =>
    isAlive && tips.some((tip) => tip.run === undefined && this.#find(tip.id) === undefined);

  /** Makes the store return a run or an ensemble that only a tip of a growing journal holds. */
  presentLive(id: Id, object: StoredObject): void {
    this.#live.delete(id);
    this.#live.set(id, object);
    const [oldest] = this.#live.keys();
    if (this.#live.size > MOST_LIVE) this.#live.delete(oldest as Id);
  }

  passing(id: Id<"run">): readonly NewObject[] {
    // What a dead recorder left stays: the next write begins with its recovery.
    if (this.#presented.has(id)) return [];
    return this.#on(() => {
      this.#listChanged();
      if (this.#packs.find(id) !== undefined || this.#journals.holds(id)) return [];
      const live = this.#live.get(id);
      const own = live === undefined ? [] : [{ ...live, id }];
      return [...this.#journals.besides(id), ...own];
    });
  }

  checkInPlace(): void {
    const { root } = this.folders;
    if (this.tools.files.stat(root)?.identity === this.#identity) return;
    throw new RewindError(
      "STORE_FAILED",
      "the store was moved away or replaced since it was opened",
      { file: "." },
    );
  }

  async get(id: Id): Promise<StoredObject | undefined> {
    return this.#on(() => this.#read(id));
  }

  async has(id: Id): Promise<boolean> {
    return (
      this.#presentedObject(id) !== undefined || this.#on(() => this.#placeOf(id)) !== undefined
    );
  }

  async size(id: Id): Promise<number | undefined> {
    const presented = this.#presentedObject(id);
    if (presented !== undefined) return presented.body.length;
    return this.#on(() => {
      const place = this.#placeOf(id);
      return place?.file.sizeAt(place.offset, id);
    });
  }

  async record(id: Id, room?: Room): Promise<Uint8Array | undefined> {
    return this.#on(() => {
      const place = this.#placeOf(id);
      return place?.file.recordAt(place.offset, id, room);
    });
  }

  async withPrefix(prefix: string, limit: number): Promise<readonly Id[]> {
    this.#stale = true;
    const ids = this.recordFiles().flatMap((file) => file.withPrefix(prefix, limit));
    const presented = [...this.#presented.keys(), ...this.#live.keys()];
    ids.push(...presented.filter((id) => id.startsWith(prefix)));
    return [...new Set(ids)].sort().slice(0, limit);
  }

  async writer(): Promise<ObjectWriter> {
    await this.begin();
    return journalWriter(this);
  }

  hasSealed(id: Id): boolean {
    return this.#on(() => this.#packs.find(id)) !== undefined;
  }

  /** Every pack and journal. */
  recordFiles(): readonly RecordFile[] {
    return this.#on(() => [...this.#packs.all(), ...this.#journals.all()]);
  }

  /** Registers packs that were sealed since, and reads the journals again. */
  refresh(): void {
    this.#stale = true;
    this.#on(() => undefined);
  }

  /** Closes every file. */
  close(): void {
    this.#packs.close();
    this.#journals.clear();
    this.#open.closeAll();
  }

  /** Registers a pack that this process has put into the folder. */
  notePack(name: string): void {
    this.#packs.add(name);
  }

  #list(): void {
    const names = this.#listed.list();
    this.#packs.update(new Set(names.filter(isPackName)));
    this.#journals.update(names.filter((name) => isJournalName(name) || isMarkName(name)));
  }

  /** The same, unless the folder is known to be unchanged; journals may have grown in any case. */
  #listChanged(): void {
    if (this.#listed.isUnchanged()) this.#journals.rescan();
    else this.#list();
  }

  #read(id: Id): StoredObject | undefined {
    const presented = this.#presentedObject(id);
    if (presented !== undefined) return presented;
    const place = this.#placeOf(id);
    if (place === undefined) return undefined;
    const { file, offset } = place;
    const object = file.readAt(offset, id);
    verifyObject(this.hash, id, object.kind, object.body, `in ${file.name}`);
    return object;
  }

  #presentedObject(id: Id): StoredObject | undefined {
    return this.#presented.get(id) ?? this.#live.get(id);
  }

  #placeOf(id: Id): RecordPlace | undefined {
    const found = this.#find(id);
    if (found !== undefined) return found;
    // Another process may have sealed a pack since the folder was listed.
    this.#listChanged();
    return this.#find(id);
  }

  #find(id: Id): RecordPlace | undefined {
    return this.#packs.find(id) ?? this.#journals.find(id);
  }

  /**
   * Runs `work` on the listed files; if one of them no longer exists, lists the folder and runs it
   * again.
   */
  #on<T>(work: () => T): T {
    return onStore(this.folders.root, this.folders.objects, () => {
      for (let attempt = 1; ; attempt++) {
        try {
          if (this.#stale) this.#list();
          this.#stale = false;
          return work();
        } catch (error) {
          // A writer has sealed its journal since the folder was listed: the next listing has the
          // pack.
          if (!isCode(error, "ENOENT") || attempt === LIST_ATTEMPTS) throw error;
          // Or a known index was removed: its pack is then read without it.
          this.#packs.close();
          this.#stale = true;
        }
      }
    });
  }
}

function ignore(): void {}
