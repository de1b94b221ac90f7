import { RewindError } from "../../base/errors.ts";
import { MAX_DEPTH } from "../cbor/limits.ts";
import { bigintBytes, MAJOR, Writer } from "../cbor/writer.ts";
import { formatPath, type PathStep } from "../path/format.ts";
import { BufferWriter } from "./buffer-writer.ts";
import { arrayFault, bareFault, type Fault, propertyFault, symbolFault } from "./faults.ts";
import { type Integrity, integrityOf, integrityTag } from "./integrity.ts";
import { explainObject, explainPrimitive, refusal } from "./refusal.ts";
import { Sharing } from "./sharing.ts";
import { isWellFormed, needsPairs, toUtf16 } from "./strings.ts";
import { TAG } from "./tags.ts";
import type { TypeCodec, TypeCodecs } from "./type-codecs.ts";

/** How a state is encoded. */
export interface EncodeOptions {
  /** Codecs for class instances. */
  readonly types?: TypeCodecs | undefined;
  /** Whether an object is a Proxy, where the platform can tell (`util.types.isProxy` on Node). */
  readonly isProxy?: ((value: object) => boolean) | undefined;
  /** What errors call the value itself; "state" where nothing is given. */
  readonly root?: string | undefined;
  /** Called for each class instance, after it has been called for those that the instance holds. */
  readonly onInstance?: ((instance: EncodedInstance) => void) | undefined;
}

/** A class instance in a state, as its codec stores it. */
export interface EncodedInstance {
  readonly instance: object;
  readonly name: string;
  readonly stored: unknown;
  readonly path: string;
}

/** Writes one state, and knows at any time where in the state it is. */
export class StateWriter {
  private readonly options: EncodeOptions;
  private readonly out = new Writer();
  private readonly sharing = new Sharing();
  private readonly buffers: BufferWriter;
  private depth = 0;
  /** The containers around the current value, and the step by which each one is left. */
  private readonly open: object[] = [];
  private readonly steps: (PathStep | undefined)[] = [];
  /** The depths of the open class instances, and what the codecs made of all so far. */
  private readonly instances: number[] = [];
  private readonly payloads = new Map<object, unknown>();

  constructor(options: EncodeOptions) {
    this.options = options;
    this.buffers = new BufferWriter(this.out, this.sharing, {
      writeObject: (buffer) => this.object(buffer),
      path: () => this.path(),
    });
  }

  encode(value: unknown): Uint8Array {
    try {
      this.value(value);
      this.buffers.checkHidden();
      // Most states share nothing, so the marks wait for a second pass.
      if (this.sharing.found) {
        this.sharing.beginMarking();
        this.out.length = 0;
        this.value(value);
      }
    } catch (cause) {
      // A codec, or the caller, can have used up the stack before the depth limit is met.
      if (!(cause instanceof RangeError) || !/call stack/i.test(cause.message)) throw cause;
      this.refuseDepth();
    }
    return this.out.take();
  }

  private value(value: unknown): void {
    switch (typeof value) {
      case "number":
        this.out.number(value);
        break;
      case "string":
        this.text(value);
        break;
      case "boolean":
        this.out.byte(value ? 0xf5 : 0xf4);
        break;
      case "undefined":
        this.out.byte(0xf7);
        break;
      case "bigint":
        this.bigint(value);
        break;
      case "object":
        if (value === null) this.out.byte(0xf6);
        else this.object(value);
        break;
      default:
        this.refuse(...explainPrimitive(value));
    }
  }

  private text(text: string): void {
    if (isWellFormed(text)) this.out.text(text);
    else {
      this.out.head(MAJOR.TAG, TAG.UTF16);
      this.out.byteString(toUtf16(text));
    }
  }

  private bigint(value: bigint): void {
    this.out.head(MAJOR.TAG, value >= 0n ? TAG.POSITIVE_BIGINT : TAG.NEGATIVE_BIGINT);
    this.out.byteString(bigintBytes(value >= 0n ? value : -1n - value));
  }

  private object(value: object): void {
    if (this.options.isProxy?.(value)) {
      this.refuse("is a Proxy", "store the object behind it, or a plain copy");
    }
    if (this.sharing.marking ? this.writeMark(value) : this.isRepeated(value)) return;
    const level = Object.isExtensible(value) ? undefined : integrityOf(value);
    if (level !== undefined) this.out.head(MAJOR.TAG, integrityTag(level));
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) this.plain(value, level);
    else if (prototype === Array.prototype && Array.isArray(value)) this.array(value, level);
    else if (prototype === Map.prototype) this.map(value as Map<unknown, unknown>);
    else if (prototype === Set.prototype) this.set(value as Set<unknown>);
    else if (prototype === Date.prototype) this.date(value as Date);
    else if (prototype === null) {
      this.out.head(MAJOR.TAG, TAG.NULL_PROTOTYPE);
      this.plain(value, level);
    } else {
      const fault = this.buffers.write(value, prototype as object);
      if (fault === "not a buffer") this.instance(value);
      else this.check(fault);
    }
  }

  private isRepeated(value: object): boolean {
    if (this.sharing.visit(value)) return false;
    const innermost = this.instances.at(-1) ?? -1;
    const at = innermost < 0 ? -1 : this.open.lastIndexOf(value, this.depth - 1);
    // A codec builds its instance from what is decoded already, so no part of that can be the instance.
    if (at >= 0 && at <= innermost) {
      this.refuse(
        "closes a cycle through a class instance",
        "leave the link out in the codec's encode and restore it in its decode",
      );
    }
    return true;
  }

  private writeMark(value: object): boolean {
    const mark = this.sharing.mark(value);
    if (mark === "unshared") return false;
    if (mark === "first") {
      this.out.head(MAJOR.TAG, TAG.SHARED);
      return false;
    }
    this.out.head(MAJOR.TAG, TAG.REFERENCE);
    this.out.head(MAJOR.UNSIGNED, mark);
    return true;
  }

  private plain(value: object, level: Integrity | undefined): void {
    const depth = this.enter(value);
    const names = Object.getOwnPropertyNames(value);
    this.check(symbolFault(value));
    const pairs = needsPairs(names);
    if (pairs) this.out.head(MAJOR.TAG, TAG.PAIRS);
    this.out.head(pairs ? MAJOR.ARRAY : MAJOR.MAP, pairs ? 2 * names.length : names.length);
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      const property = Object.getOwnPropertyDescriptor(value, name) as PropertyDescriptor;
      // An accessor has no `writable`, so these three say all of an ordinary property.
      if (!(property.enumerable && property.writable && property.configurable)) {
        this.steps[depth] = undefined;
        this.check(propertyFault(property, name, level));
      }
      if (pairs) this.text(name);
      else this.out.text(name);
      this.steps[depth] = name;
      this.value(property.value);
    }
    this.depth = depth;
  }

  private array(array: readonly unknown[], level: Integrity | undefined): void {
    const depth = this.enter(array);
    this.check(arrayFault(array, level));
    this.out.head(MAJOR.ARRAY, array.length);
    for (let i = 0; i < array.length; i++) {
      this.steps[depth] = i;
      this.value(array[i]);
    }
    this.depth = depth;
  }

  private map(map: Map<unknown, unknown>): void {
    const entries = this.genuine(map, () => Map.prototype.entries.call(map));
    const depth = this.enter(map);
    this.check(bareFault(map));
    this.out.head(MAJOR.TAG, TAG.MAP);
    this.out.head(MAJOR.MAP, map.size);
    let position = 0;
    for (const [key, item] of entries) {
      this.steps[depth] = { keys: position };
      this.value(key);
      const named = typeof key !== "object" || key === null;
      this.steps[depth] = named ? { get: key } : { values: position };
      this.value(item);
      position++;
    }
    this.depth = depth;
  }

  private set(set: Set<unknown>): void {
    const members = this.genuine(set, () => Set.prototype.values.call(set));
    const depth = this.enter(set);
    this.check(bareFault(set));
    this.out.head(MAJOR.TAG, TAG.SET);
    this.out.head(MAJOR.ARRAY, set.size);
    let position = 0;
    for (const member of members) {
      this.steps[depth] = { values: position++ };
      this.value(member);
    }
    this.depth = depth;
  }

  private date(date: Date): void {
    const time = this.genuine(date, () => Date.prototype.getTime.call(date));
    this.check(bareFault(date));
    this.out.head(MAJOR.TAG, TAG.DATE);
    this.out.number(time);
  }

  private instance(value: object): void {
    const types = this.options.types ?? {};
    const name = Object.keys(types).find((key) => types[key]?.is(value) === true);
    if (name === undefined) this.refuse(...explainObject(value));
    const depth = this.enter(value);
    this.steps[depth] = undefined;
    this.instances.push(depth);
    this.out.head(MAJOR.TAG, TAG.INSTANCE);
    this.out.head(MAJOR.ARRAY, 2);
    this.text(name);
    const stored = this.payload(value, name, types[name] as TypeCodec);
    this.value(stored);
    this.instances.pop();
    this.depth = depth;
    if (!this.sharing.marking)
      this.options.onInstance?.({ instance: value, name, stored, path: this.path() });
  }

  /** What the codec makes of `value`: asked once, so that both passes see the same objects. */
  private payload(value: object, name: string, codec: TypeCodec): unknown {
    if (!this.payloads.has(value)) {
      try {
        this.payloads.set(value, codec.encode(value));
      } catch (cause) {
        const problem = cause instanceof Error ? cause.message : String(cause);
        const message = `the codec ${name} failed to encode ${this.path()}: ${problem}`;
        throw new RewindError("FUNCTION_FAILED", message, { name, path: this.path() }, { cause });
      }
    }
    return this.payloads.get(value);
  }

  private enter(container: object): number {
    const depth = this.depth;
    if (depth >= MAX_DEPTH) this.refuseDepth();
    this.open[depth] = container;
    this.steps[depth] = undefined;
    this.depth = depth + 1;
    return depth;
  }

  /** What `read` gives; an object that only pretends to be of a built-in kind makes it throw. */
  private genuine<T>(value: object, read: () => T): T {
    try {
      return read();
    } catch {
      return this.refuse(...explainObject(value));
    }
  }

  private check(fault: Fault | undefined): void {
    if (fault === undefined) return;
    const steps = fault.step === undefined ? [] : [fault.step];
    throw refusal(this.path(...steps), fault.found, fault.advice);
  }

  private refuse(found: string, advice: string): never {
    throw refusal(this.path(), found, advice);
  }

  private refuseDepth(): never {
    const path = this.path();
    const start = path.length > 80 ? `${path.slice(0, 80)}…` : path;
    throw refusal(
      start,
      `is nested more than ${MAX_DEPTH} deep`,
      "keep long chains as an array, and link its elements by index",
    );
  }

  private path(...more: PathStep[]): string {
    const steps = this.steps.slice(0, this.depth).filter((step) => step !== undefined);
    return formatPath([...steps, ...more], this.options.root);
  }
}
