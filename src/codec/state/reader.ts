import { RewindError } from "../../base/errors.ts";
import { invalid } from "../cbor/invalid.ts";
import type { DecodeLimits } from "../cbor/limits.ts";
import { bigintFromBytes, MAJOR } from "../cbor/writer.ts";
import { hiddenFault } from "./buffer-cover.ts";
import { close, type Integrity, integrityOf, integrityOfTag } from "./integrity.ts";
import { PlainReader } from "./plain-reader.ts";
import { fromUtf16, isWellFormed, needsPairs } from "./strings.ts";
import { TAG, type TypedArray, VIEW_TYPE_BY_TAG } from "./tags.ts";
import type { TypeCodec, TypeCodecs } from "./type-codecs.ts";

/** What is called for each object that would be closed, in its place. */
export type Closing = (value: object, level: Integrity) => void;

/** What stands behind these tags is no object, or one that was closed where it occurred first. */
const NOT_CLOSED: ReadonlySet<number> = new Set([
  TAG.POSITIVE_BIGINT,
  TAG.NEGATIVE_BIGINT,
  TAG.SHARED,
  TAG.REFERENCE,
  TAG.UTF16,
]);

/** Reads and checks a state whose encoding has tags. */
export class StateReader extends PlainReader {
  private readonly types: TypeCodecs;
  private readonly closing: Closing | undefined;
  private readonly referenced = new Set<number>();
  /** The views of each buffer, the buffers that the state holds, and whether a view's is being read. */
  private readonly views = new Map<ArrayBuffer, ArrayBufferView[]>();
  private readonly heldBuffers = new Set<ArrayBuffer>();
  private inView = false;

  constructor(
    bytes: Uint8Array,
    limits: DecodeLimits,
    options: { readonly types?: TypeCodecs | undefined; readonly closing?: Closing | undefined },
  ) {
    super(bytes, limits);
    this.types = options.types ?? {};
    this.closing = options.closing;
  }

  read(): unknown {
    const value = this.item(0);
    this.end();
    this.checkViews();
    if (this.referenced.size === this.marked.length) return value;
    throw invalid("a reference to every object marked as shared", "a mark without one", this.at);
  }

  protected tagged(tag: number, depth: number, start: number): unknown {
    switch (tag) {
      case TAG.POSITIVE_BIGINT:
        return this.bigint();
      case TAG.NEGATIVE_BIGINT:
        return -1n - this.bigint();
      case TAG.SHARED:
        return this.shared(depth);
      case TAG.REFERENCE:
        return this.reference();
      case TAG.SET:
        return this.set(depth, start);
      case TAG.MAP:
        return this.map(depth, start);
      case TAG.DATE:
        return this.built(this.date());
      case TAG.UTF16:
        return this.utf16();
      case TAG.PAIRS:
        return this.pairs(this.built({}), depth, start);
      case TAG.NULL_PROTOTYPE:
        return this.nullPrototype(depth);
      case TAG.ARRAY_BUFFER:
        return this.held(this.built(this.byteString().buffer));
      case TAG.VIEW:
        return this.view(depth, start);
      case TAG.INSTANCE:
        return this.instance(depth, start);
      default: {
        const level = integrityOfTag(tag);
        if (level !== undefined) return this.closed(level, depth, start);
        return this.built(this.typedArray(tag, start));
      }
    }
  }

  /** An object that is closed only when it is filled: it may be part of a cycle. */
  private closed(level: Integrity, depth: number, start: number): object {
    const tag = this.nextTag();
    if (tag === undefined || NOT_CLOSED.has(tag) || integrityOfTag(tag) !== undefined) {
      throw invalid("an object that can be closed", this.hexAt(this.at), this.at);
    }
    const value = this.item(depth) as object;
    if (this.closing !== undefined) this.closing(value, level);
    else if (!isClosed(value, level) && tag !== TAG.INSTANCE) {
      throw invalid(`an object that can be ${level}, and no more than that`, "another", start);
    }
    return value;
  }

  /** The tag of the next item, 0 for an array, map or byte string without one; undefined for others. */
  private nextTag(): number | undefined {
    const start = this.at;
    const major = this.head();
    this.at = start;
    if (major === MAJOR.TAG) return this.argument;
    return major === MAJOR.ARRAY || major === MAJOR.MAP || major === MAJOR.BYTES ? 0 : undefined;
  }

  private byteString(): Uint8Array<ArrayBuffer> {
    const start = this.at;
    this.expect(MAJOR.BYTES, "a byte string");
    return this.copy(start);
  }

  private bigint(): bigint {
    const start = this.at;
    const bytes = this.byteString();
    const most = this.limits.bigintBytes;
    if (bytes.length > most) throw invalid(`at most ${most} bytes`, `${bytes.length}`, start);
    if (bytes[0] === 0) throw invalid("a bigint without leading zeros", "0x00", start);
    return bigintFromBytes(bytes);
  }

  private date(): Date {
    const start = this.at;
    const major = this.head();
    const integral = major === MAJOR.UNSIGNED || major === MAJOR.NEGATIVE;
    const time: unknown = integral ? this.integer(major, start) : this.simple;
    const date = new Date(time as number);
    if (major < MAJOR.BYTES || major > MAJOR.TAG) if (Object.is(date.getTime(), time)) return date;
    throw invalid("a date's whole milliseconds, or NaN", this.hexAt(start), start);
  }

  private utf16(): string {
    const start = this.at;
    const bytes = this.byteString();
    const text = fromUtf16(bytes);
    if (bytes.length % 2 === 0 && !isWellFormed(text)) return text;
    throw invalid("UTF-16 with a lone surrogate", "none", start);
  }

  private shared(depth: number): unknown {
    const start = this.at;
    if (this.mark >= 0) throw invalid("one mark on an object", "two", start);
    const mark = this.marked.length;
    this.marked.push(undefined);
    this.mark = mark;
    const value = this.item(depth);
    if (this.mark < 0 && this.marked[mark] === value && value !== undefined) return value;
    throw invalid("an object behind the mark of a shared object", this.hexAt(start), start);
  }

  private reference(): object {
    const start = this.at;
    this.expect(MAJOR.UNSIGNED, "the number of a shared object");
    const object = this.marked[this.argument];
    if (object === undefined) {
      throw invalid("the number of a shared object before", `${this.argument}`, start);
    }
    this.referenced.add(this.argument);
    return object instanceof ArrayBuffer ? this.held(object) : object;
  }

  /** Notes a buffer that stands in the state itself, rather than in a view. */
  private held(buffer: ArrayBuffer): ArrayBuffer {
    if (!this.inView) this.heldBuffers.add(buffer);
    this.inView = false;
    return buffer;
  }

  private set(depth: number, start: number): Set<unknown> {
    const set = this.built(new Set());
    this.expect(MAJOR.ARRAY, "an array of members");
    const length = this.argument;
    this.enter(length, depth, start);
    for (let i = 0; i < length; i++) set.add(this.key(depth));
    if (set.size === length) return set;
    throw invalid("each member of a Set once", "one twice", start);
  }

  private map(depth: number, start: number): Map<unknown, unknown> {
    const map = this.built(new Map());
    this.expect(MAJOR.MAP, "a map in a Map");
    const length = this.argument;
    this.enter(2 * length, depth, start);
    for (let i = 0; i < length; i++) {
      const key = this.key(depth);
      map.set(key, this.item(depth + 1));
    }
    if (map.size === length) return map;
    throw invalid("each key of a Map once", "one twice", start);
  }

  /** A member of a Set or a key of a Map, in which there is no -0. */
  private key(depth: number): unknown {
    const start = this.at;
    const key = this.item(depth + 1);
    if (Object.is(key, -0)) throw invalid("0 as a key", "-0", start);
    return key;
  }

  private nullPrototype(depth: number): object {
    const start = this.at;
    const object = this.built(Object.create(null) as object);
    const major = this.head();
    if (major === MAJOR.MAP) return this.fields(object, depth, start);
    if (major === MAJOR.TAG && this.argument === TAG.PAIRS) return this.pairs(object, depth, start);
    throw invalid("the fields of an object", this.hexAt(start), start);
  }

  private pairs(object: object, depth: number, start: number): object {
    this.expect(MAJOR.ARRAY, "an array of keys and values");
    const length = this.argument;
    this.enter(length, depth, start);
    const keys: string[] = [];
    for (let i = 0; i < length; i += 2) {
      const key = this.item(depth + 1);
      if (typeof key !== "string" || i + 1 === length) {
        throw invalid("a text as a key, then its value", this.hexAt(this.at), this.at);
      }
      keys.push(key);
      const property = { writable: true, enumerable: true, configurable: true };
      Object.defineProperty(object, key, { ...property, value: this.item(depth + 1) });
    }
    const names = Object.getOwnPropertyNames(object);
    const canonical = names.length === keys.length && names.every((name, i) => name === keys[i]);
    if (canonical && needsPairs(keys)) return object;
    throw invalid("pairs in the order of an object, and only where needed", "others", start);
  }

  private typedArray(tag: number, start: number): TypedArray | DataView {
    const type = VIEW_TYPE_BY_TAG.get(tag);
    if (type === undefined || tag === 0 || tag === 64) {
      throw invalid("a tag of the state encoding", `tag ${tag}`, start);
    }
    const { buffer } = this.byteString();
    const length = buffer.byteLength / type.elementBytes;
    if (!Number.isInteger(length)) {
      throw invalid(`whole elements of a ${type.name}`, `${buffer.byteLength} bytes`, start);
    }
    return type.build(buffer, 0, length);
  }

  private view(depth: number, start: number): TypedArray | DataView {
    const mark = this.mark;
    this.mark = -1;
    this.expect(MAJOR.ARRAY, "a view");
    if (this.argument !== 4) throw invalid("4 parts of a view", `${this.argument}`, start);
    this.enter(4, depth, start);
    const type = VIEW_TYPE_BY_TAG.get(this.size());
    // A shared buffer begins with a tag of two bytes, another one with its own of five.
    const alone = this.bytes[this.at] === 0xda;
    this.inView = true;
    const buffer = this.item(depth + 1);
    const byteOffset = this.size();
    const length = this.size();
    if (type === undefined || !(buffer instanceof ArrayBuffer)) {
      throw invalid("a view of a buffer", "something else", start);
    }
    const byteLength = length * type.elementBytes;
    const fits =
      byteOffset % type.elementBytes === 0 && byteOffset + byteLength <= buffer.byteLength;
    if (!fits || (alone && type.tag !== 0)) {
      throw invalid("a DataView, or a view of a shared buffer", "another", start);
    }
    this.mark = mark;
    const view = type.build(buffer, byteOffset, length);
    const views = this.views.get(buffer);
    if (views === undefined) this.views.set(buffer, [view]);
    else views.push(view);
    return this.built(view);
  }

  /** A buffer is stored whole only where the state shows all of it. */
  private checkViews(): void {
    for (const [buffer, views] of this.views) {
      if (this.heldBuffers.has(buffer) || hiddenFault(buffer, views) === undefined) continue;
      throw invalid("views that show all of their buffer", "a part that none shows", this.at);
    }
  }

  private size(): number {
    const start = this.at;
    this.expect(MAJOR.UNSIGNED, "a size");
    return this.integer(MAJOR.UNSIGNED, start);
  }

  private instance(depth: number, start: number): object {
    const mark = this.mark;
    this.mark = -1;
    this.expect(MAJOR.ARRAY, "a class instance");
    if (this.argument !== 2) throw invalid("a name and a value", `${this.argument} parts`, start);
    this.enter(2, depth, start);
    const name = this.item(depth + 1);
    const codec =
      typeof name === "string" && Object.hasOwn(this.types, name) ? this.types[name] : undefined;
    if (codec === undefined) {
      throw new RewindError(
        "INVALID_ENCODING",
        `expected a codec for the type ${JSON.stringify(name)}, got none at byte ${start}: declare it in the simulation's types`,
        { offset: start, name },
      );
    }
    const stored = this.item(depth + 1);
    this.mark = mark;
    return this.built(revive(name as string, codec, stored, start));
  }
}

/** Closes an object; whether it is at that level then, and at no stricter one. */
function isClosed(value: object, level: Integrity): boolean {
  try {
    close(value, level);
  } catch {
    // An object that cannot be closed like this, such as a typed array with elements.
    return false;
  }
  return integrityOf(value) === level;
}

function revive(name: string, codec: TypeCodec, stored: unknown, offset: number): object {
  try {
    return codec.decode(stored) as object;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    const message = `the codec ${name} failed to decode the instance at byte ${offset}: ${problem}`;
    throw new RewindError("FUNCTION_FAILED", message, { name, offset }, { cause });
  }
}
