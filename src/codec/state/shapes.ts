import { isAsciiAt } from "../cbor/read-text.ts";

/** V8 keeps larger objects as dictionaries in any case. */
export const MOST_KEYS = 127;
/** Shapes that are remembered, and the longest key of one: a store can bring any number of them. */
const MOST_SHAPES = 4096;
const LONGEST_KEY = 64;

/**
 * The first keys of an object, in order. It makes objects that V8 cannot tell from those of a
 * literal with these keys in a program's code: an object that gets its keys one by one has another
 * hidden class, with which the steps of a program are slower for good.
 */
export class Shape {
  /** The last of the keys. */
  readonly key: string;
  readonly #prototype: object;
  readonly #before: Shape | undefined;
  readonly #isRemembered: boolean;
  #after: Map<string, Shape> | undefined;
  /** The key that came last: objects of one kind usually come in a row. */
  #last: Shape | undefined;
  #keys: readonly string[] | undefined;
  #text: string | undefined;

  private constructor(
    prototype: object,
    key: string,
    before: Shape | undefined,
    isRemembered: boolean,
  ) {
    this.#prototype = prototype;
    this.key = key;
    this.#before = before;
    this.#isRemembered = isRemembered;
  }

  /** The shape of an object without keys. */
  static of(prototype: object): Shape {
    let shape = roots.get(prototype);
    if (shape === undefined) {
      shape = new Shape(prototype, "", undefined, true);
      roots.set(prototype, shape);
    }
    return shape;
  }

  /** The shape with the key that came last, if its `length` bytes stand at `start`. */
  nextAt(bytes: Uint8Array, start: number, length: number): Shape | undefined {
    const last = this.#last;
    return last !== undefined && isAsciiAt(last.key, bytes, start, length) ? last : undefined;
  }

  /** The shape with one key more; undefined if it is not known yet. */
  next(key: string): Shape | undefined {
    if (this.#last === undefined || this.#last.key !== key) this.#last = this.#after?.get(key);
    return this.#last;
  }

  /** Makes the shape with one key more, which must be new, and remembers it if it should. */
  add(key: string, isUsual: boolean): Shape {
    const remembers = isUsual && this.#isRemembered && key.length <= LONGEST_KEY;
    const shape = new Shape(this.#prototype, key, this, remembers);
    if (!remembers) return shape;
    if (remembered === MOST_SHAPES) {
      roots = new WeakMap();
      remembered = 0;
    }
    remembered++;
    this.#after ??= new Map();
    this.#after.set(key, shape);
    return shape;
  }

  has(key: string): boolean {
    for (let shape: Shape = this; shape.#before !== undefined; shape = shape.#before) {
      if (shape.key === key) return true;
    }
    return false;
  }

  /** Room for the values of an object: in an array of numbers, whole ones would no longer be whole. */
  static room(length: number): unknown[] {
    return new Array<unknown>(length).fill(undefined);
  }

  /** An object with these keys and values. */
  make(values: readonly unknown[]): object {
    this.#keys ??= this.#allKeys();
    const object = this.#blank(this.#keys, values);
    const keys = this.#keys;
    for (let i = 0; i < keys.length; i++) object[keys[i] as string] = values[i];
    return object;
  }

  #blank(keys: readonly string[], values: readonly unknown[]): Record<string, unknown> {
    const isPlain = this.#prototype === Object.prototype;
    if (!this.#isRemembered && isPlain) return {};
    // V8 gives what JSON.parse makes the hidden class of a literal with these keys.
    this.#text ??= literal(keys, values);
    const object = parse(this.#text) as Record<string, unknown>;
    if (!isPlain) Object.setPrototypeOf(object, this.#prototype);
    return object;
  }

  #allKeys(): string[] {
    const keys: string[] = [];
    for (let shape: Shape = this; shape.#before !== undefined; shape = shape.#before) {
      keys.push(shape.key);
    }
    return keys.reverse();
  }
}

// Taken before any program runs, which may replace it.
const { parse, stringify } = JSON;

let roots = new WeakMap<object, Shape>();
let remembered = 0;

function literal(keys: readonly string[], values: readonly unknown[]): string {
  return `{${keys.map((key, i) => `${stringify(key)}:${sample(values[i])}`).join()}}`;
}

/** V8 keeps fields of whole numbers, of other numbers and of anything else apart. */
function sample(value: unknown): string {
  if (typeof value !== "number") return "null";
  return Object.is(value | 0, value) ? "0" : "0.5";
}
