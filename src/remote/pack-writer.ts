import { toHex } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { BackgroundHash } from "../codec/hash.ts";
import type { Id, Kind } from "../object/id.ts";
import { largestContent } from "../store/content-limit.ts";
import type { ObjectStore, Room } from "../store/object-store.ts";
import {
  decodeHeader,
  encodeFooter,
  encodeRecord,
  PACK_HEADER,
  type PackTools,
} from "../store/pack.ts";
import { LARGEST_OBJECT } from "./check-pack.ts";
import type { PackRef } from "./remote.ts";

/** A pack ends with the record that brings it to this size: it is held in memory as a whole. */
const PACK_BYTES = 1 << 23;
const LARGEST_RECORD = 1 << 25;
/** Of the memory for a pack, which doubles: most pushes are small. */
const FIRST_BYTES = 1 << 16;
const EMPTY = new Uint8Array(0);
/** A record that would end beyond this is read into other memory, and copied. */
const MOST_ROOM = PACK_BYTES + (1 << 20);
/** The most that a footer takes. */
const FOOTER_BYTES = 64;

/** A pack that is full and has no name yet: hashes it, and returns it whole. */
export type Filled = () => Promise<Packed>;

/** A pack that is ready to be sent. */
export interface Packed {
  readonly pack: PackRef;
  /** Its bytes, which hold until two more packs have been returned and another object is added. */
  readonly bytes: Uint8Array;
}

/** What packs are made with. */
export interface PackingTools extends PackTools {
  readonly backgroundHash: BackgroundHash;
}

/**
 * Puts objects into packs in the order in which they come: the same objects always give the same
 * packs, so that a transfer that was cut finds those that arrived.
 */
export class PackWriter {
  readonly #tools: PackingTools;
  #holds: PackRef["holds"];
  #buffer = EMPTY;
  /** Those of the packs before: one is hashed and one is sent while the next one is filled. */
  readonly #others = [EMPTY, EMPTY];
  #length = 0;
  #objects = 0;
  /** What its objects unpack to. */
  #content = 0;

  constructor(tools: PackingTools, holds: PackRef["holds"] = "base") {
    this.#tools = tools;
    this.#holds = holds;
  }

  /** Begins with the checkpoints: returns the last pack of what comes before them. */
  turnToCheckpoints(): Filled | undefined {
    const last = this.end();
    this.#holds = "checkpoints";
    return last;
  }

  /**
   * Adds an object of a store, and returns the pack that it has filled, if it has. `missing` tells
   * that the store lacks the object.
   */
  async add(store: ObjectStore, kind: Kind, id: Id): Promise<Filled | "missing" | undefined> {
    const record = (await store.record?.(id, this.#room)) ?? (await this.#encoded(store, kind, id));
    if (record === undefined) return "missing";
    const { rawLength = 0 } = decodeHeader(record) ?? {};
    if (record.length > LARGEST_RECORD || rawLength > LARGEST_OBJECT) {
      // A replay gives it as well.
      if (this.#holds === "checkpoints") return "missing";
      const message = `a ${kind} of the run is too large to be shared: ${id.slice(0, 12)}`;
      throw new RewindError("REMOTE_TOO_LARGE", message, {
        ...{ bytes: record.length, limit: LARGEST_RECORD },
      });
    }
    return this.addRecord(record);
  }

  /** Adds an object as a record, and returns the pack that it has filled, if it has. */
  addRecord(record: Uint8Array): Filled | undefined {
    const { rawLength = 0 } = decodeHeader(record) ?? {};
    // Whoever fetches refuses a pack that unpacks to more than its length allows. Such a record is
    // so short that it fills no pack by itself.
    const most = largestContent(this.#length + record.length);
    const full = this.#content + rawLength > most ? this.end() : undefined;
    // This record is added before the caller has the full pack, while an earlier one may still be on
    // its way, in the memory that would come next.
    if (full !== undefined) this.#buffer = EMPTY;
    if (this.#length === 0) this.#append(PACK_HEADER);
    this.#append(record);
    this.#objects++;
    this.#content += rawLength;
    return full ?? (this.#length >= PACK_BYTES ? this.end() : undefined);
  }

  /** The last pack; undefined if there is nothing left for one. */
  end(): Filled | undefined {
    if (this.#objects === 0) return undefined;
    const tools = this.#tools;
    const [buffer, length, objects, holds] = [
      ...([this.#buffer, this.#length, this.#objects, this.#holds] as const),
    ];
    this.#length = 0;
    this.#objects = 0;
    this.#content = 0;
    this.#others.push(buffer);
    this.#buffer = this.#others.shift() as Uint8Array<ArrayBuffer>;
    return async () => {
      const hash = await tools.backgroundHash(buffer.subarray(0, length));
      const footer = encodeFooter(hash, objects, tools);
      buffer.set(footer, length);
      const bytes = buffer.subarray(0, length + footer.length);
      return { pack: { hash: toHex(hash), bytes: bytes.length, objects, holds }, bytes };
    };
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    this.#reserve(length);
    const isInPlace = bytes.buffer === this.#buffer.buffer && bytes.byteOffset === this.#length;
    if (!isInPlace) this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  /** Makes room for a pack of this length and its footer. */
  #reserve(length: number): void {
    const needed = length + FOOTER_BYTES;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length, FIRST_BYTES));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  /** Where the next record is to be, so that it is read into its place. */
  readonly #room: Room = (length) => {
    if (this.#length === 0) this.#append(PACK_HEADER);
    const end = this.#length + length;
    if (end > MOST_ROOM) return new Uint8Array(length);
    this.#reserve(end);
    return this.#buffer.subarray(this.#length, end);
  };

  async #encoded(store: ObjectStore, kind: Kind, id: Id): Promise<Uint8Array | undefined> {
    const object = await store.get(id);
    if (object === undefined) return undefined;
    return encodeRecord({ kind, id, payload: object.body }, this.#tools);
  }
}
