import { npyHeader } from "./npy.ts";
import type { BatchColumn, Column, Scratch, TableTools } from "./table.ts";
import type { ZipEntry } from "./zip.ts";

/** A column on its way into a .npz: its values are kept aside until their number is known. */
export class NpyColumn {
  readonly #column: Column;
  readonly #scratch: Scratch;
  #rows = 0;
  #hasMissing = false;
  /** The most code points of a text. */
  #longest = 1;

  constructor(column: Column, scratch: Scratch) {
    this.#column = column;
    this.#scratch = scratch;
  }

  async add({ values, missing }: BatchColumn, rows: number): Promise<void> {
    this.#rows += rows;
    this.#hasMissing ||= missing !== undefined;
    const { type, width = 1 } = this.#column;
    if (type === "text") await this.#scratch.write(this.#textBytes(values as readonly string[]));
    else {
      const numbers =
        missing === undefined && values instanceof Float64Array
          ? values
          : numbersOf(values as Float64Array | Uint8Array, missing, type === "vector" ? width : 1);
      await this.#scratch.write(bytesOf(numbers));
    }
  }

  /** The finished .npy file. */
  async entry(crc32: TableTools["crc32"]): Promise<ZipEntry> {
    const { name, type, width = 1 } = this.#column;
    const shape = type === "vector" ? [this.#rows, width] : [this.#rows];
    const header = npyHeader(this.#descr(), shape);
    const bytes = (): AsyncIterable<Uint8Array> => this.#file(header);
    let crc = 0;
    let length = 0;
    for await (const part of bytes()) {
      crc = crc32(part, crc);
      length += part.length;
    }
    return { name: `${name}.npy`, length, crc32: crc, bytes };
  }

  remove(): void | Promise<void> {
    return this.#scratch.remove();
  }

  /** numpy has no missing values: a column with some is of doubles, with NaN for them. */
  #descr(): string {
    const { type } = this.#column;
    if (type === "text") return `<U${this.#longest}`;
    if (this.#hasMissing) return "<f8";
    return { integer: "<i8", number: "<f8", vector: "<f8", boolean: "|b1" }[type];
  }

  async *#file(header: Uint8Array): AsyncGenerator<Uint8Array> {
    yield header;
    const descr = this.#descr();
    let rest = new Uint8Array();
    for await (const part of this.#scratch.read()) {
      const whole = rest.length === 0 ? part : joined(rest, part);
      const [bytes, used] = this.#converted(descr, whole);
      rest = whole.slice(used);
      yield bytes;
    }
  }

  /** The values whose bytes are all there, in their final form, and how many bytes those were. */
  #converted(descr: string, bytes: Uint8Array): readonly [Uint8Array, number] {
    if (this.#column.type === "text") return paddedTexts(bytes, this.#longest);
    const used = bytes.length - (bytes.length % 8);
    if (descr === "<f8") return [bytes.subarray(0, used), used];
    const numbers = new Float64Array(bytes.slice(0, used).buffer);
    if (descr === "|b1") return [Uint8Array.from(numbers), used];
    return [bytesOf(BigInt64Array.from(numbers, BigInt)), used];
  }

  /** Each text as its number of code points, then the code points, four bytes each. */
  #textBytes(texts: readonly string[]): Uint8Array {
    // A text has at most as many code points as code units.
    const words = new Uint32Array(texts.reduce((sum, text) => sum + 1 + text.length, 0));
    let at = 0;
    for (const text of texts) {
      const start = at++;
      for (let i = 0; i < text.length; i++) {
        const point = text.codePointAt(i) as number;
        words[at++] = point;
        if (point > 0xffff) i++;
      }
      words[start] = at - start - 1;
      this.#longest = Math.max(this.#longest, at - start - 1);
    }
    return bytesOf(words.subarray(0, at));
  }
}

/** Doubles, with NaN for each number of a row without a value. */
function numbersOf(
  values: Float64Array | Uint8Array,
  missing: Uint8Array | undefined,
  width: number,
): Float64Array {
  const numbers = Float64Array.from(values);
  if (missing === undefined) return numbers;
  for (const [row, isMissing] of missing.entries()) {
    if (isMissing === 1) numbers.fill(Number.NaN, row * width, (row + 1) * width);
  }
  return numbers;
}

/** Texts of one length, with zeros after the shorter ones. */
function paddedTexts(bytes: Uint8Array, longest: number): readonly [Uint8Array, number] {
  const words = new Uint32Array(bytes.slice(0, bytes.length - (bytes.length % 4)).buffer);
  const starts: number[] = [];
  let at = 0;
  while (at < words.length && at + 1 + (words[at] as number) <= words.length) {
    starts.push(at);
    at += 1 + (words[at] as number);
  }
  const padded = new Uint32Array(starts.length * longest);
  for (const [i, start] of starts.entries()) {
    const length = words[start] as number;
    padded.set(words.subarray(start + 1, start + 1 + length), i * longest);
  }
  return [bytesOf(padded), at * 4];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
