import type { Sink } from "./table.ts";

/** A file for a zip: its length and CRC-32 are known before its bytes are written. */
export interface ZipEntry {
  readonly name: string;
  readonly length: number;
  readonly crc32: number;
  bytes(): AsyncIterable<Uint8Array>;
}

/** An entry that has been written. */
interface Written extends Omit<ZipEntry, "bytes"> {
  /** Where its header begins. */
  readonly offset: number;
}

/**
 * Writes a zip of stored files, as APPNOTE.TXT 6.3.10 describes it: with the 64-bit fields of 4.3.14
 * and 4.5.3 where a length, an offset or a number does not fit into the others. The time of each
 * file is 1980-01-01, so that equal files give equal bytes.
 */
export class ZipWriter {
  readonly #sink: Sink;
  readonly #written: Written[] = [];
  #offset = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  async add({ bytes, ...entry }: ZipEntry): Promise<void> {
    const written = { ...entry, offset: this.#offset };
    await this.#write(localHeader(written));
    for await (const part of bytes()) await this.#write(part);
    this.#written.push(written);
  }

  async end(): Promise<void> {
    const start = this.#offset;
    for (const entry of this.#written) await this.#write(centralHeader(entry));
    const directory = {
      entries: this.#written.length,
      length: this.#offset - start,
      offset: start,
    };
    await this.#write(endOf(directory, this.#offset));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#offset += bytes.length;
    await this.#sink.write(bytes);
  }
}

/** A field that holds this says that the value is in the 64-bit fields. */
const MOST_32 = 0xffffffff;
const MOST_16 = 0xffff;
const UTF8_NAMES = 0x0800;
const STORED = 0;
/** 1980-01-01, 0:00, as MS-DOS writes it. */
const DATE = 0x21;
/** Needed to read: 2.0, or 4.5 with 64-bit fields. */
const version = (isLarge: boolean): number => (isLarge ? 45 : 20);

/** 4.3.7 */
function localHeader({ name, length, crc32 }: Written): Uint8Array {
  const isLarge = length >= MOST_32;
  const size = isLarge ? MOST_32 : length;
  const encoded = new TextEncoder().encode(name);
  // A local header has both lengths or neither.
  const extra = isLarge ? extraField([length, length]) : new Uint8Array();
  const fields = new Fields()
    .u32(0x04034b50)
    .u16(version(isLarge), UTF8_NAMES, STORED, 0, DATE)
    .u32(crc32, size, size)
    .u16(encoded.length, extra.length);
  return fields.bytes(encoded, extra);
}

/** 4.3.12 */
function centralHeader({ name, length, crc32, offset }: Written): Uint8Array {
  const encoded = new TextEncoder().encode(name);
  const large = [...(length >= MOST_32 ? [length, length] : [])];
  if (offset >= MOST_32) large.push(offset);
  const extra = large.length > 0 ? extraField(large) : new Uint8Array();
  const size = Math.min(length, MOST_32);
  const fields = new Fields()
    .u32(0x02014b50)
    .u16(version(large.length > 0), version(large.length > 0), UTF8_NAMES, STORED, 0, DATE)
    .u32(crc32, size, size)
    .u16(encoded.length, extra.length, 0, 0, 0)
    .u32(0, Math.min(offset, MOST_32));
  return fields.bytes(encoded, extra);
}

/** 4.5.3 */
function extraField(values: readonly number[]): Uint8Array {
  return new Fields()
    .u16(0x0001, values.length * 8)
    .u64(...values)
    .bytes();
}

/** 4.3.14 to 4.3.16 */
export function endOf(
  directory: { readonly entries: number; readonly length: number; readonly offset: number },
  at: number,
): Uint8Array {
  const { entries, length, offset } = directory;
  const isLarge = entries >= MOST_16 || length >= MOST_32 || offset >= MOST_32;
  const fields = new Fields();
  if (isLarge) {
    fields
      .u32(0x06064b50)
      .u64(44)
      .u16(45, 45)
      .u32(0, 0)
      .u64(entries, entries, length, offset)
      .u32(0x07064b50, 0)
      .u64(at)
      .u32(1);
  }
  const few = Math.min(entries, MOST_16);
  return fields
    .u32(0x06054b50)
    .u16(0, 0, few, few)
    .u32(Math.min(length, MOST_32), Math.min(offset, MOST_32))
    .u16(0)
    .bytes();
}

/** Fields of a header, the low byte first. */
class Fields {
  readonly #bytes: number[] = [];

  u16(...values: readonly number[]): this {
    return this.#add(2, values);
  }

  u32(...values: readonly number[]): this {
    return this.#add(4, values);
  }

  u64(...values: readonly number[]): this {
    return this.#add(8, values);
  }

  bytes(...after: readonly Uint8Array[]): Uint8Array {
    return Uint8Array.from([...this.#bytes, ...after.flatMap((part) => [...part])]);
  }

  #add(width: number, values: readonly number[]): this {
    for (const value of values) {
      let left = value;
      for (let i = 0; i < width; i++) {
        this.#bytes.push(left % 256);
        left = Math.floor(left / 256);
      }
    }
    return this;
  }
}
