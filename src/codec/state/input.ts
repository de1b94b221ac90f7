import { Cursor, invalid, SIMPLE } from "../cbor/cursor.ts";
import { readText } from "../cbor/read-text.ts";
import { MAJOR } from "../cbor/writer.ts";
import type { BufferReader } from "./buffer-reader.ts";
import { checkKey } from "./keys.ts";
import { MOST_KEYS, Shape } from "./shapes.ts";

/**
 * A state with more new keys has objects that are dictionaries, whose keys all differ. V8 stops
 * making hidden classes where too many begin alike, and then does so for the program's objects too.
 */
const MOST_NEW_KEYS = 1024;
/** The bytes that may be passed over to look ahead, in multiples of the encoding. */
const LOOKS_AHEAD = 4;

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
  /** The keys of unknown shapes so far. */
  #newKeys = 0;
  /** The bytes passed over so far. */
  #passed = 0;

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
    const hasShape = prototype !== null && length > 0 && length <= MOST_KEYS && !this.#isAtDigit();
    if (!hasShape) return this.#keyByKey(prototype, length, depth);
    return this.mark < 0
      ? this.#whole(prototype, length, depth)
      : this.#inParts(prototype, length, depth);
  }

  /** Makes an object after its contents. */
  #whole(prototype: object, length: number, depth: number): object {
    const values = Shape.room(length);
    let shape = Shape.of(prototype);
    for (let i = 0; i < length; i++) {
      shape = this.#key(shape);
      values[i] = this.item(depth + 1);
    }
    return shape.make(values);
  }

  /** Makes an object before its contents, which may refer to it: looks ahead for its keys. */
  #inParts(prototype: object, length: number, depth: number): object {
    const begin = this.at;
    const blank = this.#ahead(prototype, length);
    this.at = begin;
    if (blank === undefined) return this.#keyByKey(prototype, length, depth);
    const object = this.built(blank);
    for (let i = 0; i < length; i++) object[this.#name()] = this.item(depth + 1);
    return object;
  }

  /** An object with the next keys; undefined if that takes too long, or they have a fault. */
  #ahead(prototype: object, length: number): Fields | undefined {
    const begin = this.at;
    const values = Shape.room(length);
    let shape = Shape.of(prototype);
    try {
      for (let i = 0; i < length; i++) {
        shape = this.#key(shape);
        values[i] = this.#passOver();
        if (this.#passed + this.at - begin > LOOKS_AHEAD * this.bytes.length) return undefined;
      }
    } catch {
      // The fault is reported where it is met in order.
      return undefined;
    } finally {
      this.#passed += this.at - begin;
    }
    return shape.make(values) as Fields;
  }

  /** Passes over the next item; returns it if it is a number. */
  #passOver(): number | undefined {
    let number: number | undefined;
    for (let left = 1; left > 0; left--) {
      const start = this.at;
      const major = this.head();
      if (major === SIMPLE) number = typeof this.simple === "number" ? this.simple : undefined;
      else if (major === MAJOR.UNSIGNED || major === MAJOR.NEGATIVE) number = this.argument;
      else number = undefined;
      if (major === MAJOR.BYTES || major === MAJOR.TEXT) this.skip(start);
      else if (major === MAJOR.ARRAY) left += this.argument;
      else if (major === MAJOR.MAP) left += 2 * this.argument;
      else if (major === MAJOR.TAG) left++;
    }
    return number;
  }

  /** The shape after the next key, which is checked where it is new. */
  #key(shape: Shape): Shape {
    const start = this.at;
    this.expect(MAJOR.TEXT, "a text as the key of an object");
    const usual = shape.nextAt(this.bytes, this.at, this.argument);
    if (usual !== undefined) {
      this.at += this.argument;
      return usual;
    }
    const key = this.text(start);
    const known = shape.next(key);
    if (known !== undefined) return known;
    checkKey(key, shape.has(key), -1, start);
    this.#newKeys++;
    return shape.add(key, this.#newKeys <= MOST_NEW_KEYS);
  }

  #keyByKey(prototype: object | null, length: number, depth: number): object {
    const isPlain = prototype === Object.prototype;
    const object = this.built((isPlain ? {} : Object.create(prototype)) as Fields);
    let index = 0;
    for (let i = 0; i < length; i++) {
      const start = this.at;
      const key = this.#name();
      index = checkKey(key, Object.hasOwn(object, key), index, start);
      const value = this.item(depth + 1);
      // A class may have a setter of that name, or a property that cannot be assigned to.
      if (!isPlain && key in object) define(object, key, value);
      // The check lets no __proto__ pass, so this only ever makes own properties.
      else object[key] = value;
    }
    return object;
  }

  /** Whether the next item is a text that begins with a digit, as an array index does. */
  #isAtDigit(): boolean {
    const first = this.bytes[this.at + 1] as number;
    return first >= 0x30 && first <= 0x39;
  }

  /** The next key of an object, which may be one that no object can have. */
  #name(): string {
    const start = this.at;
    this.expect(MAJOR.TEXT, "a text as the key of an object");
    return this.text(start);
  }

  protected text(start: number): string {
    const ascii = this.skipText(start);
    return readText(this.bytes, this.at - this.argument, this.argument, ascii);
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
    const array: unknown[] = this.built(EMPTY.slice());
    this.enter(length, depth, start);
    for (let i = 0; i < length; i++) array.push(this.item(depth + 1));
    return array;
  }
}

type Fields = Record<string, unknown>;

/**
 * A copy of it keeps numbers as numbers until it gets something else. An array from a literal in the
 * code would be of the kind that the arrays before it needed, and numbers in it would be objects.
 */
const EMPTY: readonly unknown[] = [];

function define(object: object, key: string, value: unknown): void {
  const property = { writable: true, enumerable: true, configurable: true };
  Object.defineProperty(object, key, { ...property, value });
}
