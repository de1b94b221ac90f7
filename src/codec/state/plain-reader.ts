import { Cursor, SIMPLE } from "../cbor/cursor.ts";
import { KeyCheck } from "../cbor/key-check.ts";
import type { DecodeLimits } from "../cbor/limits.ts";
import { TextReader } from "../cbor/text-reader.ts";
import { MAJOR } from "../cbor/writer.ts";

/** Reads and checks what needs no tag, and leaves the tags to `tagged`. */
export abstract class PlainReader extends Cursor {
  /** The objects that are marked as shared; undefined until one is built. */
  protected readonly marked: (object | undefined)[] = [];
  /** The mark that the next object to be built gets; -1 for none. */
  protected mark = -1;
  private readonly keys: KeyCheck;
  private readonly texts: TextReader;

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    super(bytes, limits);
    this.keys = new KeyCheck(bytes);
    this.texts = new TextReader(bytes);
  }

  /** The item whose tag was just read. */
  protected abstract tagged(tag: number, depth: number, start: number): unknown;

  protected item(depth: number): unknown {
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

  /** Notes `value` under the mark that waits for it, before anything in it is read: cycles need it. */
  protected built<T extends object>(value: T): T {
    if (this.mark >= 0) this.marked[this.mark] = value;
    this.mark = -1;
    return value;
  }

  /** The text whose head was just read. */
  protected text(start: number): string {
    const ascii = this.skipText(start);
    return this.texts.read(this.at - this.argument, this.argument, ascii);
  }

  /** A copy of the byte string whose head was just read. */
  protected copy(start: number): Uint8Array<ArrayBuffer> {
    const begin = this.skip(start);
    // The species of a Buffer's slice would be a Buffer, with a pool behind it.
    const bytes = new Uint8Array(this.at - begin);
    bytes.set(this.bytes.subarray(begin, this.at));
    return bytes;
  }

  /** The map whose head was just read, as the fields of `object`. */
  protected fields(object: object, depth: number, start: number): object {
    const length = this.argument;
    this.enter(2 * length, depth, start);
    const fields = object as Record<string, unknown>;
    const first = this.keys.begin();
    for (let i = 0; i < length; i++) {
      const keyStart = this.at;
      this.expect(MAJOR.TEXT, "a text as the key of an object");
      const key = this.text(keyStart);
      this.keys.add(first, this.at - this.argument, this.argument);
      // The check lets no __proto__ pass, so this only ever makes own properties.
      fields[key] = this.item(depth + 1);
    }
    this.keys.end(first);
    return object;
  }

  private array(length: number, depth: number, start: number): unknown[] {
    const array: unknown[] = this.built([]);
    this.enter(length, depth, start);
    for (let i = 0; i < length; i++) array.push(this.item(depth + 1));
    return array;
  }
}
