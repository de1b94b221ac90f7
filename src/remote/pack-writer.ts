import { concatBytes, toHex } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Id, Kind } from "../object/id.ts";
import type { ObjectStore } from "../store/object-store.ts";
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
const PACK_BYTES = 1 << 25;

/** A pack that is ready to be sent. */
export interface Packed {
  readonly pack: PackRef;
  readonly bytes: Uint8Array;
}

/** What packs are made with. */
export interface PackingTools extends PackTools {
  runningHash(): { update(bytes: Uint8Array): void; digest(): Uint8Array };
}

/**
 * Puts objects into packs in the order in which they come: the same objects always give the same
 * packs, so that a transfer that was cut finds those that arrived.
 */
export class PackWriter {
  readonly #store: ObjectStore;
  readonly #tools: PackingTools;
  readonly #holds: PackRef["holds"];
  #records: Uint8Array[] = [PACK_HEADER];
  #bytes = PACK_HEADER.length;
  #objects = 0;

  constructor(store: ObjectStore, tools: PackingTools, holds: PackRef["holds"]) {
    this.#store = store;
    this.#tools = tools;
    this.#holds = holds;
  }

  /**
   * Adds an object, and returns the pack that it has filled, if it has. `missing` tells that the
   * store lacks the object.
   */
  async add(kind: Kind, id: Id): Promise<Packed | "missing" | undefined> {
    const record = (await this.#store.record?.(id)) ?? (await this.#encoded(kind, id));
    if (record === undefined) return "missing";
    if (isTooLarge(record)) {
      // A replay gives it as well.
      if (this.#holds === "checkpoints") return "missing";
      const message = `a ${kind} of the run is too large to be shared: ${id.slice(0, 12)}`;
      throw new RewindError("REMOTE_TOO_LARGE", message, {
        ...{ bytes: record.length, limit: PACK_BYTES },
      });
    }
    this.#records.push(record);
    this.#bytes += record.length;
    this.#objects++;
    return this.#bytes >= PACK_BYTES ? this.end() : undefined;
  }

  /** The last pack; undefined if there is nothing left for one. */
  end(): Packed | undefined {
    if (this.#objects === 0) return undefined;
    const hash = this.#tools.runningHash();
    for (const record of this.#records) hash.update(record);
    const digest = hash.digest();
    const bytes = concatBytes([...this.#records, encodeFooter(digest, this.#objects, this.#tools)]);
    const pack: PackRef = {
      ...{ hash: toHex(digest), bytes: bytes.length, objects: this.#objects },
      holds: this.#holds,
    };
    this.#records = [PACK_HEADER];
    this.#bytes = PACK_HEADER.length;
    this.#objects = 0;
    return { pack, bytes };
  }

  async #encoded(kind: Kind, id: Id): Promise<Uint8Array | undefined> {
    const object = await this.#store.get(id);
    if (object === undefined) return undefined;
    return encodeRecord({ kind, id, payload: object.body }, this.#tools);
  }
}

/** Whether whoever fetches would refuse it. */
function isTooLarge(record: Uint8Array): boolean {
  const { rawLength = 0 } = decodeHeader(record) ?? {};
  return record.length > PACK_BYTES || rawLength > LARGEST_OBJECT;
}
