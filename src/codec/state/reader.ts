import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { messageWithin } from "../../base/reason.ts";
import { type DecodeLimits, invalid } from "../cbor/cursor.ts";
import { MAJOR } from "../cbor/writer.ts";
import { BufferReader } from "./buffer-reader.ts";
import { StateInput } from "./input.ts";
import { close, type Integrity, integrityOf, integrityOfTag } from "./integrity.ts";
import { readFields } from "./kinds/object.ts";
import { KIND_BY_TAG, SCALAR_BY_TAG } from "./kinds.ts";
import { TAG } from "./tags.ts";
import { type InstanceType, type TypeCodecs, typeNamed, typeOf } from "./type-codecs.ts";

/** Called for each object that would be closed, instead of closing it. */
export type Closing = (value: object, level: Integrity) => void;

/** How a state is read. */
export interface ReadOptions {
  /** The classes of instances. */
  readonly types?: TypeCodecs | undefined;
  readonly closing?: Closing | undefined;
  /** Whether an instance of any other class is read too, as an empty object. */
  readonly anyType?: boolean | undefined;
}

/** Reads and checks a state whose encoding has tags. */
export class StateReader extends StateInput {
  readonly buffers: BufferReader = new BufferReader();
  readonly #options: ReadOptions;
  readonly #referenced = new Set<number>();

  constructor(bytes: Uint8Array, limits: DecodeLimits, options: ReadOptions) {
    super(bytes, limits);
    this.#options = options;
  }

  read(): unknown {
    const value = this.item(0);
    this.end();
    this.buffers.checkHidden(this.at);
    if (this.#referenced.size === this.marked.length) return value;
    throw invalid("a reference to every object marked as shared", "a mark without one", this.at);
  }

  protected tagged(tag: number, depth: number, start: number): unknown {
    const kind = KIND_BY_TAG.get(tag);
    if (kind?.read !== undefined) return kind.read(this, depth, start);
    if (tag === TAG.SHARED) return this.#shared(depth);
    if (tag === TAG.REFERENCE) return this.#reference();
    if (tag === TAG.INSTANCE) return this.#instance(depth, start);
    const level = integrityOfTag(tag);
    if (level !== undefined) return this.#closed(level, depth, start);
    const scalar = SCALAR_BY_TAG.get(tag);
    if (scalar !== undefined) return scalar.read(this, tag);
    throw invalid("a tag of the state encoding", `tag ${tag}`, start);
  }

  /** An object that is closed only when it is filled: it may be part of a cycle. */
  #closed(level: Integrity, depth: number, start: number): object {
    const tag = this.#nextTag();
    if (tag === undefined || !canBeClosed(tag)) {
      throw invalid("an object that can be closed", this.hexAt(this.at), this.at);
    }
    const value = this.item(depth) as object;
    if (this.#options.closing !== undefined) this.#options.closing(value, level);
    else if (!isClosed(value, level) && (tag !== TAG.INSTANCE || this.#isPlain(value))) {
      throw invalid(`an object that can be ${level}, and no more than that`, "another", start);
    }
    return value;
  }

  /** Whether an instance has the level that is stored; a codec may return one of another. */
  #isPlain(instance: object): boolean {
    return typeOf(this.#options.types, instance)?.plain !== undefined;
  }

  /** The tag of the next item, 0 for an array, map or byte string without a tag; else undefined. */
  #nextTag(): number | undefined {
    const start = this.at;
    const major = this.head();
    this.at = start;
    if (major === MAJOR.TAG) return this.argument;
    return major === MAJOR.ARRAY || major === MAJOR.MAP || major === MAJOR.BYTES ? 0 : undefined;
  }

  #shared(depth: number): unknown {
    const start = this.at;
    if (this.mark >= 0) throw invalid("one mark for an object", "two", start);
    const mark = this.marked.length;
    this.marked.push(undefined);
    this.mark = mark;
    const value = this.item(depth);
    if (this.mark < 0 && this.marked[mark] === value && value !== undefined) return value;
    throw invalid("an object behind the mark of a shared object", this.hexAt(start), start);
  }

  #reference(): object {
    const start = this.at;
    this.expect(MAJOR.UNSIGNED, "the number of a shared object");
    const object = this.marked[this.argument];
    if (object === undefined) {
      throw invalid("the number of a shared object before", `${this.argument}`, start);
    }
    this.#referenced.add(this.argument);
    return object instanceof ArrayBuffer ? this.buffers.held(object) : object;
  }

  #instance(depth: number, start: number): object {
    const mark = this.mark;
    this.mark = -1;
    this.expect(MAJOR.ARRAY, "a class instance");
    if (this.argument !== 2) throw invalid("a name and a value", `${this.argument} parts`, start);
    this.enter(2, depth, start);
    const name = this.item(depth + 1);
    const type = typeNamed(this.#options.types, name) ?? this.#otherType(name);
    if (type === undefined) throw unknownType(name, start);
    if (type.create === undefined) {
      const stored = this.item(depth + 1);
      this.mark = mark;
      return this.built(calling(type, start, () => type.finish(undefined, stored)));
    }
    this.mark = mark;
    if (type.plain !== undefined) return readFields(type.plain, this, depth + 1);
    const instance = this.built(calling(type, start, type.create));
    const stored = this.item(depth + 1);
    return calling(type, start, () => type.finish(instance, stored));
  }

  #otherType(name: unknown): InstanceType | undefined {
    const isName = this.#options.anyType === true && typeof name === "string";
    return isName ? typeNamed(ANY_TYPE, "any") : undefined;
  }
}

/** Stands for a class that is not known. */
const ANY_TYPE: TypeCodecs = {
  any: { is: () => false, encode: Object, create: () => ({}), fill: () => undefined },
};

function unknownType(name: unknown, offset: number): RewindError {
  const example = typeof name === "string" && /^[\w$]{1,40}$/.test(name) ? name : "Body";
  return new RewindError(
    "INVALID_ENCODING",
    `expected a class or a codec for the type ${describe(name)}, got none at byte ${offset}: declare it in the simulation, as in types: { ${example} }`,
    { offset, name },
  );
}

/** Whether a tag stands for an object that was not closed before. */
function canBeClosed(tag: number): boolean {
  const isObject = tag !== TAG.SHARED && tag !== TAG.REFERENCE && !SCALAR_BY_TAG.has(tag);
  return isObject && integrityOfTag(tag) === undefined;
}

/** Closes an object; returns whether it is then at exactly that level. */
function isClosed(value: object, level: Integrity): boolean {
  try {
    close(value, level);
  } catch {
    // An object that cannot be closed like this, such as a typed array with elements.
    return false;
  }
  return integrityOf(value) === level;
}

function calling({ name }: InstanceType, offset: number, call: () => object): object {
  try {
    return call();
  } catch (cause) {
    const problem = cause instanceof Error ? messageWithin(cause) : String(cause);
    const message = `the codec ${name} failed to decode the instance at byte ${offset}: ${problem}`;
    throw new RewindError("FUNCTION_FAILED", message, { name, offset }, { cause });
  }
}
