import { concatBytes, equalBytes, fromHex, toHex, utf8 } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import type { Id } from "../object/id.ts";

/**
 * The index of a pack: a header, a 256-way fanout by the first byte of the id, the sorted ids, the
 * offset of each in the pack, the pack's hash, and the hash of the whole index. An index that fits
 * into the first read is kept in memory. A larger one is read in place, a few ids for each look-up,
 * until the look-ups are many for its length: there are many packs, and most are rarely used.
 */
const HEADER: Uint8Array = utf8("rewind index v01");
const FANOUT_AT = HEADER.length;
const IDS_AT = FANOUT_AT + 256 * 4;
const ID_BYTES = 32;
const PLACE_BYTES = 8;
const HASH_BYTES = 32;
/** The first read: the whole index of a pack with 74 objects. */
const FIRST_READ_BYTES = 4096;
/** Up to this length, 1,600,000 objects, an index in frequent use is held in memory. */
const MOST_HELD_BYTES = 1 << 26;
/** This many look-ups, and one more per BYTES_PER_LOOKUP, read a few ids; the next reads it all. */
const LOOKUPS_IN_PLACE = 3;
const BYTES_PER_LOOKUP = 1 << 13;

/** Reads `length` bytes at `offset` of a file. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** The bytes of the index of a pack. */
export function encodeIndex(
  places: ReadonlyMap<Id, number>,
  packHash: Uint8Array,
  hash: Hash,
): Uint8Array {
  const ids = [...places.keys()].sort();
  const bytes = new Uint8Array(fileLength(ids.length) - HASH_BYTES);
  const view = new DataView(bytes.buffer);
  const counts = new Uint32Array(256);
  const placesAt = IDS_AT + ids.length * ID_BYTES;
  bytes.set(HEADER);
  for (const [index, id] of ids.entries()) {
    const idBytes = fromHex(id);
    counts[idBytes[0] as number] = (counts[idBytes[0] as number] as number) + 1;
    bytes.set(idBytes, IDS_AT + index * ID_BYTES);
    view.setBigUint64(placesAt + index * PLACE_BYTES, BigInt(places.get(id) as number), true);
  }
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    sum += counts[byte] as number;
    view.setUint32(FANOUT_AT + byte * 4, sum, true);
  }
  bytes.set(packHash, bytes.length - HASH_BYTES);
  return concatBytes([bytes, hash(bytes)]);
}

/** An index file, read in place. */
export class PackIndex {
  /** The number of objects in the pack. */
  readonly count: number;
  readonly #readFile: ReadAt;
  readonly #length: number;
  readonly #fanout: DataView;
  readonly #where: string;
  /** All of a small index, once it is held in memory. */
  #whole: Uint8Array | undefined;
  #lookups = 0;

  /**
   * Checks the header and the length, and the hash of an index in memory or the fanout of another.
   * Throws STORE_DAMAGED, which names `where`.
   */
  constructor(read: ReadAt, length: number, where: string, hash: Hash) {
    this.#readFile = read;
    this.#length = length;
    this.#where = where;
    const start = read(0, Math.min(length, FIRST_READ_BYTES));
    if (start.length < fileLength(0) || !equalBytes(start.subarray(0, HEADER.length), HEADER)) {
      throw this.#damaged(
        `expected an index with the header "${new TextDecoder().decode(HEADER)}"`,
      );
    }
    this.#fanout = new DataView(start.buffer, start.byteOffset + FANOUT_AT, 256 * 4);
    this.count = this.#endOf(255);
    if (length !== fileLength(this.count)) throw this.#misshapen();
    if (start.length === length) {
      this.#whole = start;
      this.verify(hash);
    } else {
      for (let byte = 1; byte < 256; byte++) {
        if (this.#endOf(byte) < this.#startOf(byte)) throw this.#misshapen();
      }
    }
  }

  /** The place in the pack of the object with this id, 32 bytes; undefined if it is not in the pack. */
  find(id: Uint8Array): number | undefined {
    const end = this.#endOf(id[0] as number);
    // Most packs have no id with this first byte, and the fanout in memory shows that.
    if (end === this.#startOf(id[0] as number)) return undefined;
    this.#lookups++;
    const index = this.#lowerBound(id);
    return index < end && equalBytes(this.#idBytes(index), id) ? this.#place(index) : undefined;
  }

  /** The distinct first bytes of its ids. */
  firstBytes(): number[] {
    const found: number[] = [];
    if (this.#whole === undefined) {
      for (let byte = 0; byte < 256; byte++) {
        if (this.#startOf(byte) !== this.#endOf(byte)) found.push(byte);
      }
      return found;
    }
    // A pack often has fewer ids than there are byte values, and there are many packs.
    for (let index = 0; index < this.count; index++) {
      const byte = this.#whole[IDS_AT + index * ID_BYTES] as number;
      if (byte !== found.at(-1)) found.push(byte);
    }
    return found;
  }

  /** The ids that begin with `prefix` (hexadecimal digits), at most `limit`, sorted. */
  withPrefix(prefix: string, limit: number): Id[] {
    const found: Id[] = [];
    for (
      let index = this.#lowerBound(fromHex(prefix.padEnd(64, "0")));
      index < this.count;
      index++
    ) {
      const id = this.#id(index);
      if (found.length === limit || !id.startsWith(prefix)) break;
      found.push(id);
    }
    return found;
  }

  /** Every id with its place in the pack, in the order of the ids. */
  *entries(): Generator<readonly [Id, number]> {
    this.#lookups = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.count; index++) yield [this.#id(index), this.#place(index)];
  }

  /** The hash of the pack that this is the index of. */
  packHash(): string {
    return toHex(this.#read(IDS_AT + this.count * (ID_BYTES + PLACE_BYTES), HASH_BYTES));
  }

  /** Reads all of the file and checks its hash. Throws STORE_DAMAGED. */
  verify(hash: Hash): void {
    const length = fileLength(this.count) - HASH_BYTES;
    if (!equalBytes(hash(this.#read(0, length)), this.#read(length, HASH_BYTES))) {
      throw this.#damaged("its bytes do not match its hash");
    }
  }

  /** The index of the first id that is not below `wanted`. */
  #lowerBound(wanted: Uint8Array): number {
    let low = this.#startOf(wanted[0] as number);
    let high = this.#endOf(wanted[0] as number);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#idBytes(middle), wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The number of ids with a lower first byte. */
  #startOf(byte: number): number {
    return byte === 0 ? 0 : this.#endOf(byte - 1);
  }

  /** The number of ids with this first byte or a lower one. */
  #endOf(byte: number): number {
    return this.#fanout.getUint32(byte * 4, true);
  }

  #id(index: number): Id {
    return toHex(this.#idBytes(index)) as Id;
  }

  #idBytes(index: number): Uint8Array {
    return this.#read(IDS_AT + index * ID_BYTES, ID_BYTES);
  }

  #place(index: number): number {
    const at = IDS_AT + this.count * ID_BYTES + index * PLACE_BYTES;
    const bytes = this.#read(at, PLACE_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const place = bytes.length === PLACE_BYTES ? Number(view.getBigUint64(0, true)) : Number.NaN;
    if (Number.isSafeInteger(place)) return place;
    throw this.#damaged(`expected a place in the pack at ${at}`);
  }

  #read(offset: number, length: number): Uint8Array {
    const isRare = this.#lookups <= LOOKUPS_IN_PLACE + Math.floor(this.#length / BYTES_PER_LOOKUP);
    const inPlace = this.#length > MOST_HELD_BYTES || isRare;
    if (this.#whole === undefined && inPlace) return this.#readFile(offset, length);
    this.#whole ??= this.#readFile(0, this.#length);
    return this.#whole.subarray(offset, offset + length);
  }

  #misshapen(): RewindError {
    const wanted = fileLength(this.count);
    return this.#damaged(
      `expected ${count(wanted)} bytes for ${count(this.count)} ids, got ${count(this.#length)}`,
    );
  }

  #damaged(problem: string): RewindError {
    return new RewindError("STORE_DAMAGED", `${this.#where}: ${problem}`, { file: this.#where });
  }
}

function fileLength(count: number): number {
  return IDS_AT + count * (ID_BYTES + PLACE_BYTES) + 2 * HASH_BYTES;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  }
  return 0;
}
