import { RewindError } from "../../base/errors.ts";
import { messageWithin } from "../../base/reason.ts";
import { MAJOR } from "../cbor/writer.ts";
import { BufferWriter } from "./buffer-writer.ts";
import { explainObject } from "./explain.ts";
import { type Integrity, integrityOf, integrityTag } from "./integrity.ts";
import { ARRAY } from "./kinds/array.ts";
import { OBJECT } from "./kinds/object.ts";
import { BIGINT, UTF16_STRING } from "./kinds/scalars.ts";
import { kindOf } from "./kinds.ts";
import { StateOutput } from "./output.ts";
import { explainPrimitive } from "./refusal.ts";
import { Sharing } from "./sharing.ts";
import { isWellFormed } from "./strings.ts";
import { TAG } from "./tags.ts";
import { type InstanceType, type TypeCodecs, typeOf } from "./type-codecs.ts";

/** How a state is encoded. */
export interface EncodeOptions {
  /** The classes of instances. */
  readonly types?: TypeCodecs | undefined;
  /** Whether an object is a Proxy, if the platform can tell (`util.types.isProxy` on Node). */
  readonly isProxy?: ((value: object) => boolean) | undefined;
  /**
   * Leaves out the search for what cannot be restored in arrays and objects: for digests, which are
   * only compared.
   */
  readonly unchecked?: boolean | undefined;
  /** The name of the value in errors; "state" by default. */
  readonly root?: string | undefined;
  /** Called for each class instance, after the instances inside it. */
  readonly onInstance?: ((instance: EncodedInstance) => void) | undefined;
}

/** A class instance in a state. */
export interface EncodedInstance {
  readonly instance: object;
  readonly type: InstanceType;
  readonly stored: unknown;
  readonly path: string;
}

/** Writes one state. It tracks the objects met so far; their kinds write them. */
export class StateWriter extends StateOutput {
  readonly buffers: BufferWriter;
  readonly #options: EncodeOptions;
  readonly #sharing = new Sharing();
  /** The depths of the open class instances that are built last. */
  readonly #builtLast: number[] = [];
  /** What the codecs of the instances so far store. */
  #payloads: Map<object, unknown> | undefined;

  constructor(options: EncodeOptions) {
    super(options.root, options.unchecked === true);
    this.#options = options;
    this.buffers = new BufferWriter(this.out, this.#sharing, {
      writeObject: (buffer) => this.#object(buffer),
      path: () => this.path(),
    });
  }

  encode(value: unknown): Uint8Array {
    this.write(value);
    return this.out.take();
  }

  /** Writes a whole state to `out`. */
  write(value: unknown): void {
    try {
      this.value(value);
      this.buffers.checkHidden();
      // Most states have no shared objects, so marks are made only in a second pass.
      if (this.#sharing.found) {
        this.#sharing.beginMarking();
        this.out.length = 0;
        this.value(value);
      }
    } catch (cause) {
      // A codec, or the caller, can have used up the stack before the depth limit is reached.
      if (!(cause instanceof RangeError) || !/call stack/i.test(cause.message)) throw cause;
      this.refuseDepth();
    }
  }

  value(value: unknown): void {
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
        BIGINT.write(value, this.out);
        break;
      case "object":
        if (value === null) this.out.byte(0xf6);
        else this.#object(value);
        break;
      default:
        this.refuse(...explainPrimitive(value));
    }
  }

  text(text: string): void {
    if (isWellFormed(text)) this.out.text(text);
    else UTF16_STRING.write(text, this.out);
  }

  refuseFalse(value: object): never {
    return this.refuse(...explainObject(value, this.#options.types));
  }

  #object(value: object): void {
    if (this.#options.isProxy?.(value)) {
      this.refuse("is a Proxy", "store the object behind it, or a plain copy");
    }
    if (this.#sharing.marking ? this.#writeMark(value) : this.#isRepeated(value)) return;
    const level = Object.isExtensible(value) ? undefined : integrityOf(value);
    if (level !== undefined) this.out.head(MAJOR.TAG, integrityTag(level));
    const prototype: unknown = Object.getPrototypeOf(value);
    // States consist almost entirely of these two; looking them up would cost a tenth of the time.
    if (prototype === Object.prototype) OBJECT.write(value as Fields, this, level);
    else if (prototype === Array.prototype && Array.isArray(value)) ARRAY.write(value, this, level);
    else {
      const kind = kindOf(value);
      if (kind === undefined) this.#instance(value, level);
      else kind.write(value, this, level);
    }
  }

  #isRepeated(value: object): boolean {
    if (this.#sharing.visit(value)) return false;
    const innermost = this.#builtLast.at(-1) ?? -1;
    const at = innermost < 0 ? -1 : this.open.lastIndexOf(value, this.depth - 1);
    // Such a codec builds its instance from decoded parts, which cannot hold the instance yet.
    if (at >= 0 && at <= innermost) {
      this.refuse(
        "closes a cycle through a class instance",
        "list the class itself in types, or give its codec create and fill in place of decode",
      );
    }
    return true;
  }

  #writeMark(value: object): boolean {
    const mark = this.#sharing.mark(value);
    if (mark === "unshared") return false;
    if (mark === "first") {
      this.out.head(MAJOR.TAG, TAG.SHARED);
      return false;
    }
    this.out.head(MAJOR.TAG, TAG.REFERENCE);
    this.out.head(MAJOR.UNSIGNED, mark);
    return true;
  }

  #instance(value: object, level: Integrity | undefined): void {
    const type = typeOf(this.#options.types, value);
    if (type === undefined) this.refuseFalse(value);
    const depth = this.enter(value);
    this.out.head(MAJOR.TAG, TAG.INSTANCE);
    this.out.head(MAJOR.ARRAY, 2);
    this.text(type.name);
    const stored = type.plain === undefined ? this.#payload(value, type) : value;
    if (type.create === undefined) this.#builtLast.push(depth);
    if (type.plain === undefined) this.value(stored);
    else OBJECT.write(value as Fields, this, level);
    if (type.create === undefined) this.#builtLast.pop();
    this.depth = depth;
    if (!this.#sharing.marking) {
      this.#options.onInstance?.({ instance: value, type, stored, path: this.path() });
    }
  }

  /** `value` as its codec stores it; encoded once, so that both passes see the same objects. */
  #payload(value: object, { name, encode }: InstanceType): unknown {
    this.#payloads ??= new Map();
    if (!this.#payloads.has(value)) {
      try {
        this.#payloads.set(value, encode(value));
      } catch (cause) {
        const problem = cause instanceof Error ? messageWithin(cause) : String(cause);
        const message = `the codec ${name} failed to encode ${this.path()}: ${problem}`;
        throw new RewindError("FUNCTION_FAILED", message, { name, path: this.path() }, { cause });
      }
    }
    return this.#payloads.get(value);
  }
}

type Fields = Readonly<Record<string, unknown>>;
