import path from "node:path";
import { fromHex } from "../../base/bytes.ts";
import { isRewindError, type RewindError } from "../../base/errors.ts";
import type { Hash } from "../../codec/hash.ts";
import type { Id } from "../../object/id.ts";
import type { PackTools } from "../../store/pack.ts";
import { type Files, withFile } from "../host/files.ts";
import { isCode } from "../host/system-error.ts";
import { scanJournal } from "./journal.ts";
import type { OpenFiles } from "./open-files.ts";
import { openJournal, openPack, type RecordFile } from "./pack-file.ts";

/** The location of an object's record. */
export interface RecordPlace {
  readonly file: RecordFile;
  readonly offset: number;
}

/** What reading packs needs. */
export interface PacksTools extends PackTools {
  readonly hash: Hash;
  readonly files: Files;
  readonly open: OpenFiles;
  /** Called for a damaged index; its pack is then read without it. */
  readonly onDamage: (error: RewindError<"STORE_DAMAGED">) => void;
}

/**
 * The sealed packs of a folder. Every recording makes one, and a look-up needs only one of them, so
 * an index is read only if no pack with a loaded index has the object.
 */
export class Packs {
  readonly #folder: string;
  readonly #tools: PacksTools;
  /** The names of packs whose index is not loaded yet. */
  readonly #unread = new Set<string>();
  readonly #read = new Map<string, RecordFile>();
  /** For each first byte of an id, the loaded packs that have such ids. */
  #byFirstByte: RecordFile[][] = emptyTable();
  /** The pack of the last hit: the next object was most likely recorded with it. */
  #latest: RecordFile | undefined;

  constructor(folder: string, tools: PacksTools) {
    this.#folder = folder;
    this.#tools = tools;
  }

  /** Registers the packs in the folder. */
  update(names: ReadonlySet<string>): void {
    for (const name of this.#unread) if (!names.has(name)) this.#unread.delete(name);
    const gone = [...this.#read.keys()].filter((name) => !names.has(name));
    if (gone.length > 0) this.#forget(gone);
    for (const name of names) this.add(name);
  }

  /** Registers one more pack. */
  add(name: string): void {
    if (!this.#read.has(name)) this.#unread.add(name);
  }

  /** The location of an object; undefined if no pack has it. */
  find(id: Id): RecordPlace | undefined {
    const bytes = fromHex(id);
    const found = this.#findIn(this.#latest, id, bytes);
    if (found !== undefined) return found;
    for (const file of this.#byFirstByte[bytes[0] as number] as RecordFile[]) {
      const place = this.#findIn(file, id, bytes);
      if (place !== undefined) return place;
    }
    for (const name of this.#unread) {
      const place = this.#findIn(this.#readIndex(name), id, bytes);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /** Every pack. */
  all(): RecordFile[] {
    for (const name of this.#unread) this.#readIndex(name);
    return [...this.#read.values()];
  }

  /** Closes and forgets every pack. */
  close(): void {
    for (const file of this.#read.values()) file.close();
    this.#read.clear();
    this.#unread.clear();
    this.#byFirstByte = emptyTable();
    this.#latest = undefined;
  }

  #findIn(file: RecordFile | undefined, id: Id, bytes: Uint8Array): RecordPlace | undefined {
    const offset = file?.find(id, bytes);
    if (file === undefined || offset === undefined) return undefined;
    this.#latest = file;
    return { file, offset };
  }

  #readIndex(name: string): RecordFile {
    const file = this.#openPack(name);
    this.#unread.delete(name);
    this.#read.set(name, file);
    for (const byte of file.firstBytes()) this.#byFirstByte[byte]?.push(file);
    return file;
  }

  #forget(names: readonly string[]): void {
    const gone = new Set(names.map((name) => this.#read.get(name)));
    for (const name of names) this.#read.delete(name);
    for (const file of gone) file?.close();
    if (gone.has(this.#latest)) this.#latest = undefined;
    this.#byFirstByte = this.#byFirstByte.map((files) => files.filter((file) => !gone.has(file)));
  }

  /** Opens a pack by its index or, if the index is missing or damaged, by scanning its records. */
  #openPack(name: string): RecordFile {
    const { files, open, onDamage } = this.#tools;
    try {
      return openPack(open, this.#folder, name, this.#tools);
    } catch (error) {
      if (isRewindError(error, "STORE_DAMAGED")) onDamage(error);
      else if (!isCode(error, "ENOENT")) throw error;
    }
    const { places } = withFile(files, path.join(this.#folder, name), "read", (descriptor) =>
      scanJournal(files, descriptor, this.#tools),
    );
    return openJournal(open, this.#folder, name, places, this.#tools);
  }
}

function emptyTable(): RecordFile[][] {
  return Array.from({ length: 256 }, () => []);
}
