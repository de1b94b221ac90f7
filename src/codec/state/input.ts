import { Cursor, type DecodeLimits, invalid, SIMPLE } from "../cbor/cursor.ts";
import { KeyCheck } from "../cbor/key-check.ts";
import { TextReader } from "../cbor/text-reader.ts";
import { MAJOR } from "../cbor/writer.ts";
import type { BufferReader } from "./buffer-reader.ts";

/**
 * An encoding from which the kinds of objects read a state. It reads and checks untagged items
 * itself, and leaves tagged ones to `tagged`.
 */
export abstract class StateInput extends Cursor {
  /** The array buffers read so far. */
  abstract readonly buffers: BufferReader;
  /** The objects that are marked as shared; undefined until one is built. */
  protected readonly marked: (object | undefined)[] = [];
  /** The mark that the next object to be built gets; -1 for no mark. */
  protected mark = -1;
  readonly #keys: KeyCheck;
  readonly #texts: TextReader;

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    super(bytes, limits);
    this.#keys = new KeyCheck(bytes);
    this.#texts = new TextReader(bytes);
  }

  /** The item whose tag was just read. */
  protected abstract tagged(tag: number, depth: number, start: number): unknown;

  /** The next item, inside `depth` containers. */
  item(depth: number): unknown {
    const start = this.at;
    const major = this.head();
    switch (major) {
      case SIMPLE:
        return this.simple;
      case MAJOR.TEXT:
        return this.text(start);
      case MAJOR.BYTES:
        return this.built(this.copy(start));
      case MAJOR.ARRAY:
        return this.array(this.argument, depth, start);
      case MAJOR.MAP:
        return this.fields(this.built({}), depth, start);
      case MAJOR.TAG:
        return this.tagged(this.argument, depth, start);
      default:
        return this.integer(major, start);
    }
  }

  /** Registers `value` under the pending mark before its contents are read: cycles need it. */
  built<T extends object>(value: T): T {
    if (this.mark >= 0) this.marked[this.mark] = value;
    this.mark = -1;
    return value;
  }

  /** Returns what `build` builds from parts that must be read first; its mark waits until then. */
  builtLast<T extends object>(build: () => T): T {
    const mark = this.mark;
    this.mark = -1;
    const value = build();
    this.mark = mark;
    return this.built(value);
  }

  /** The next item, which must be a byte string: a copy of it. */
  byteString(): Uint8Array<ArrayBuffer> {
    const start = this.at;
    this.expect(MAJOR.BYTES, "a byte string");
    return this.copy(start);
  }

  /** The next item, which must be a size or an offset. */
  size(): number {
    const start = this.at;
    this.expect(MAJOR.UNSIGNED, "a size");
    return this.integer(MAJOR.UNSIGNED, start);
  }

  /** The next item as a member of a Set or a key of a Map, in which there is no -0. */
  key(depth: number): unknown {
    const start = this.at;
    const key = this.item(depth + 1);
    if (Object.is(key, -0)) throw invalid("0 as a key", "-0", start);
    return key;
  }

  /** The map whose head was just read, as the fields of `object`. */
  fields(object: object, depth: number, start: number): object {
    const length = this.argument;
    this.enter(2 * length, depth, start);
    const fields = object as Record<string, unknown>;
    const first = this.#keys.begin();
    for (let i = 0; i < length; i++) {
      const keyStart = this.at;
      this.expect(MAJOR.TEXT, "a text as the key of an object");
      const key = this.text(keyStart);
      this.#keys.add(first, this.at - this.argument, this.argument);
      // The check lets no __proto__ pass, so this only ever makes own properties.
      fields[key] = this.item(depth + 1);
    }
    this.#keys.end(first);
    return object;
  }

  protected text(start: number): string {
    const ascii = this.skipText(start);
    return this.#texts.read(this.at - this.argument, this.argument, ascii);
  }

  /** A copy of the byte string whose head was just read. */
  protected copy(start: number): Uint8Array<ArrayBuffer> {
    const begin = this.skip(start);
    // The species of a Buffer's slice would be a Buffer, with a pool behind it.
    const bytes = new Uint8Array(this.at - begin);
    bytes.set(this.bytes.subarray(begin, this.at));
    return bytes;
  }

  protected array(length: number, depth: number, start: number): unknown[] {
    const array: unknown[] = this.built([]);
    this.enter(length, depth, start);
    for (let i = 0; i < length; i++) array.push(this.item(depth + 1));
    return array;
  }
}
