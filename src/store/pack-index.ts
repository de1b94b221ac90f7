import { concatBytes, equalBytes, fromHex, toHex, utf8 } from "../base/bytes.ts";
import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import type { Id } from "../object/id.ts";

/**
 * The index of a pack: a header, a 256-way fanout by the first byte of the id, the sorted ids, the
 * place of each in the pack, the pack's hash, and the hash of all of it. A large one is read in place,
 * a few ids a look-up; a small one whole, by the first look-up that it can answer.
 */
const HEADER: Uint8Array = utf8("rewind index v01");
const FANOUT_AT = HEADER.length;
const IDS_AT = FANOUT_AT + 256 * 4;
const ID_BYTES = 32;
const PLACE_BYTES = 8;
const HASH_BYTES = 32;
/** Up to this length an index is held in memory: 6,500 objects. */
const SMALL_BYTES = 1 << 18;

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
  /** How many objects the pack has. */
  readonly count: number;
  readonly #readFile: ReadAt;
  readonly #length: number;
  readonly #fanout: Uint32Array;
  readonly #where: string;
  /** All of a small index, once something was looked up. */
  #whole: Uint8Array | undefined;

  /** Checks the header, the fanout and the length. Throws STORE_DAMAGED, which names `where`. */
  constructor(read: ReadAt, length: number, where: string) {
    this.#readFile = read;
    this.#length = length;
    this.#where = where;
    if (length < fileLength(0) || !equalBytes(read(0, HEADER.length), HEADER)) {
      throw this.#damaged(
        `expected an index with the header "${new TextDecoder().decode(HEADER)}"`,
      );
    }
    const bytes = read(FANOUT_AT, 256 * 4);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#fanout = Uint32Array.from({ length: 256 }, (_, byte) => view.getUint32(byte * 4, true));
    this.count = this.#fanout[255] as number;
    const rising = this.#fanout.every(
      (sum, byte) => byte === 0 || sum >= (this.#fanout[byte - 1] as number),
    );
    if (!rising || length !== fileLength(this.count)) {
      throw this.#damaged(
        `expected ${fileLength(this.count)} bytes for ${this.count} ids, got ${length}`,
      );
    }
  }

  /** Where in the pack the object lies, or undefined where it is not in this pack. */
  find(id: Id): number | undefined {
    const wanted = fromHex(id);
    const index = this.#lowerBound(wanted);
    // Most packs have no id with this first byte, and that is known without reading.
    const end = this.#fanout[wanted[0] as number] as number;
    return index < end && this.#id(index) === id ? this.#place(index) : undefined;
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
    const first = wanted[0] as number;
    let low = first === 0 ? 0 : (this.#fanout[first - 1] as number);
    let high = this.#fanout[first] as number;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#read(IDS_AT + middle * ID_BYTES, ID_BYTES), wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #id(index: number): Id {
    return toHex(this.#read(IDS_AT + index * ID_BYTES, ID_BYTES)) as Id;
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
    if (this.#length > SMALL_BYTES) return this.#readFile(offset, length);
    this.#whole ??= this.#readFile(0, this.#length);
    return this.#whole.subarray(offset, offset + length);
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
