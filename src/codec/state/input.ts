import { Cursor, type DecodeLimits, invalid, SIMPLE } from "../cbor/cursor.ts";
import { KeyCheck } from "../cbor/key-check.ts";
import { FEW_KEYS } from "../cbor/plain.ts";
import { TextReader } from "../cbor/text-reader.ts";
import { MAJOR } from "../cbor/writer.ts";
import type { BufferReader } from "./buffer-reader.ts";
import { copyOf, Shapes } from "./shapes.ts";

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
  readonly #shapes = new Shapes();
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
        return this.object(Object.prototype, depth, start);
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

  /** The map whose head was just read, as the fields of a new object. */
  object(prototype: object | null, depth: number, start: number): object {
    const length = this.argument;
    this.enter(2 * length, depth, start);
    const first = this.#keys.begin();
    const object =
      prototype !== null && length > FEW_KEYS
        ? this.#wide(prototype, length, depth, first)
        : this.#narrow(prototype, length, depth, first);
    this.#keys.end(first);
    return object;
  }

  #narrow(prototype: object | null, length: number, depth: number, first: number): object {
    const isPlain = prototype === Object.prototype;
    const object = this.built((isPlain ? {} : Object.create(prototype)) as Fields);
    for (let i = 0; i < length; i++) {
      const key = this.#name();
      this.#keys.add(first, this.at - this.argument, this.argument);
      const value = this.item(depth + 1);
      // A class may have a setter of that name, or a property that cannot be assigned to.
      if (!isPlain && key in object) define(object, key, value);
      // The check lets no __proto__ pass, so this only ever makes own properties.
      else object[key] = value;
    }
    return object;
  }

  #wide(prototype: object, length: number, depth: number, first: number): object {
    let key = this.#name();
    const shape = this.#shapes.find(prototype, key, length);
    let expected = shape?.keys;
    const object = this.built(
      (shape === undefined ? Object.create(prototype) : copyOf(shape, prototype)) as Fields,
    );
    const keys: string[] = [];
    // Where the keys are that were expected, and so need no check.
    const places: number[] = [];
    for (let i = 0; i < length; i++) {
      if (i > 0) key = this.#name();
      if (expected !== undefined && expected[i] !== key) {
        // V8 takes back what was added last, and keeps the object fast.
        for (let k = length - 1; k >= i; k--) delete object[expected[k] as string];
        for (let k = 0; k < 2 * i; k += 2) {
          this.#keys.add(first, places[k] as number, places[k + 1] as number);
        }
        expected = undefined;
      }
      if (expected === undefined) this.#keys.add(first, this.at - this.argument, this.argument);
      else places.push(this.at - this.argument, this.argument);
      keys.push(key);
      const value = this.item(depth + 1);
      if (expected === undefined) define(object, key, value);
      else object[key] = value;
    }
    if (expected === undefined) this.#shapes.learn(prototype, keys, object);
    return object;
  }

  /** The next key of an object, which may be one that no object can have. */
  #name(): string {
    const start = this.at;
    this.expect(MAJOR.TEXT, "a text as the key of an object");
    return this.text(start);
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

type Fields = Record<string, unknown>;

function define(object: object, key: string, value: unknown): void {
  const property = { writable: true, enumerable: true, configurable: true };
  Object.defineProperty(object, key, { ...property, value });
}
