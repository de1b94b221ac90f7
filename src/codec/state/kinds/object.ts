import { RewindError } from "../../../base/errors.ts";
import { invalid } from "../../cbor/cursor.ts";
import { MAJOR } from "../../cbor/writer.ts";
import { formatPath, type Path } from "../../path/format.ts";
import { compareOrder, spotBelow } from "../difference.ts";
import { propertyFault, symbolFault } from "../faults.ts";
import type { StateInput } from "../input.ts";
import type { Integrity } from "../integrity.ts";
import type { StateOutput } from "../output.ts";
import { needsPairs } from "../strings.ts";
import { TAG } from "../tags.ts";
import type { QuickLook, StateKind } from "./kind.ts";

export type Fields = Readonly<Record<string, unknown>>;

export const OBJECT: StateKind<Fields> = {
  name: "Object",
  prototype: Object.prototype,
  tag: TAG.PAIRS,

  write(object, out, level) {
    const depth = out.enter(object);
    const names = Object.getOwnPropertyNames(object);
    if (!out.unchecked) out.check(symbolFault(object));
    const pairs = needsPairs(names);
    if (pairs) out.out.head(MAJOR.TAG, TAG.PAIRS);
    out.out.head(pairs ? MAJOR.ARRAY : MAJOR.MAP, pairs ? 2 * names.length : names.length);
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      const value = out.unchecked ? object[name] : ordinary(object, name, depth, out, level);
      if (pairs) out.text(name);
      else out.out.text(name);
      out.steps[depth] = name;
      out.value(value);
    }
    out.depth = depth;
  },

  read: (input, depth, start) => readPairs(input.built({}), input, depth, start),

  compare(a, b, comparer, spot) {
    const keys = Object.keys(a);
    const others = Object.keys(b);
    for (const key of keys) {
      if (comparer.isFull()) return;
      const below = spotBelow(spot, key);
      if (Object.hasOwn(b, key)) comparer.compare(a[key], b[key], below);
      else comparer.add(below, a[key], undefined, { missing: "b" });
    }
    for (const key of others) {
      if (Object.hasOwn(a, key)) continue;
      comparer.add(spotBelow(spot, key), undefined, b[key], { missing: "a" });
    }
    compareOrder(keys, others, comparer, spot);
  },

  surelyEqual: surelyEqualFields,

  toJson: (object, out) => out.fields(object),
  *parts(object) {
    for (const [key, item] of Object.entries(object)) {
      yield key;
      yield item;
    }
  },

  steps: Object.keys,
  find: (object, step) =>
    typeof step !== "object" && Object.hasOwn(object, step)
      ? { is: object[step as string] }
      : undefined,
  put(object, step, next, path) {
    if (typeof step === "object") return false;
    defineField(object, step, next, path);
    return true;
  },
};

/** Whether the fields of two objects are surely encoded alike. */
export function surelyEqualFields(a: Fields, b: Fields, look: QuickLook): boolean {
  const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
  if (keysA.length !== keysB.length) return false;
  for (let i = 0; i < keysA.length; i++) {
    const key = keysA[i] as string;
    if (key !== keysB[i] || !look.equal(a[key], b[key])) return false;
  }
  return true;
}

/** The value of a property. Refuses one that is not ordinary. */
function ordinary(
  object: Fields,
  name: string,
  depth: number,
  out: StateOutput,
  level: Integrity | undefined,
): unknown {
  const property = Object.getOwnPropertyDescriptor(object, name) as PropertyDescriptor;
  // An accessor has no `writable`, so these three describe an ordinary property completely.
  if (!(property.enumerable && property.writable && property.configurable)) {
    out.steps[depth] = undefined;
    out.check(propertyFault(property, name, level));
  }
  return property.value;
}

/** An object without a prototype; its JSON is that of a plain object. */
export const BARE_OBJECT: StateKind<Fields> = {
  ...OBJECT,
  name: "object without prototype",
  prototype: null,
  tag: TAG.NULL_PROTOTYPE,

  write(object, out, level) {
    out.out.head(MAJOR.TAG, TAG.NULL_PROTOTYPE);
    OBJECT.write(object, out, level);
  },

  read: (input, depth) => readFields(null, input, depth),
};

/** Reads the fields of a new object with this prototype: a map, or pairs. */
export function readFields(prototype: object | null, input: StateInput, depth: number): Fields {
  const start = input.at;
  const major = input.head();
  if (major === MAJOR.MAP) return input.object(prototype, depth, start) as Fields;
  if (major === MAJOR.TAG && input.argument === TAG.PAIRS) {
    return readPairs(input.built(Object.create(prototype) as Fields), input, depth, start);
  }
  throw invalid("the fields of an object", input.hexAt(start), start);
}

function readPairs(object: Fields, input: StateInput, depth: number, start: number): Fields {
  input.expect(MAJOR.ARRAY, "an array of keys and values");
  const length = input.argument;
  input.enter(length, depth, start);
  const keys: string[] = [];
  for (let i = 0; i < length; i += 2) {
    const key = input.item(depth + 1);
    if (typeof key !== "string" || i + 1 === length) {
      throw invalid("a text as a key, then its value", input.hexAt(input.at), input.at);
    }
    keys.push(key);
    const property = { writable: true, enumerable: true, configurable: true };
    Object.defineProperty(object, key, { ...property, value: input.item(depth + 1) });
  }
  const names = Object.getOwnPropertyNames(object);
  const canonical = names.length === keys.length && names.every((name, i) => name === keys[i]);
  if (canonical && needsPairs(keys)) return object;
  throw invalid("pairs in the order of an object, and only where needed", "others", start);
}

/** Sets a field as an assignment would. Throws INVALID_ARGUMENT for an object that is closed. */
export function defineField(
  holder: object,
  name: string | number,
  next: unknown,
  path: Path,
): void {
  const present = Object.getOwnPropertyDescriptor(holder, name);
  const isOpen = present === undefined || present.writable === true;
  const attributes = {
    writable: true,
    enumerable: true,
    configurable: present?.configurable ?? true,
  };
  // Defined, not assigned: "__proto__" is a key like any other.
  if (isOpen && Reflect.defineProperty(holder, name, { ...attributes, value: next })) return;
  const where = formatPath(path);
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected ${where} to be open to changes: ${formatPath(path.slice(0, -1))} is frozen or sealed`,
    { path: where },
  );
}
