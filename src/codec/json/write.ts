import { toHex } from "../../base/bytes.ts";
import { describe } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import { formatPath, type Path, type PathStep } from "../path/format.ts";
import { parsePath } from "../path/parse.ts";
import { explainObject } from "../state/explain.ts";
import type { JsonOutput } from "../state/kinds/kind.ts";
import { kindOf } from "../state/kinds.ts";
import { explainPrimitive, refusal } from "../state/refusal.ts";
import { type TypeCodecs, typeOf } from "../state/type-codecs.ts";
import { type JsonSize, jsonSize } from "./size.ts";

/** The most characters of JSON in one string. */
const LONGEST = 1 << 28;

/**
 * `value` as data that JSON can carry, for people and scripts to read. What JSON lacks is an object
 * with a key that begins with "$": {"$number": "NaN"}, {"$bigint": "1"}, {"$undefined": true},
 * {"$date": ISO or null}, {"$map": [[key, value]]}, {"$set": []}, {"$typed": "Float64Array",
 * "values": []}, {"$buffer": hex}, {"$view": hex} for a DataView, {"$type": name, "value": stored}
 * for an instance, {"$ref": path} for an object that contains this place. A key of a plain object
 * that begins with "$" gets one more "$". An object that occurs twice is written twice, unless it
 * leads into a cycle, or that makes the whole four times as long and over a megabyte: then the
 * second is {"$ref": path of the first}. Paths begin at the whole state: `at` is the path of
 * `value` in it, if that is a part. JSON does not show which objects are frozen or have no
 * prototype. Throws INVALID_PATH, and TOO_LONG if the JSON would be longer than 2^28 characters.
 *
 * @example
 * ```ts
 * toJson({ x: Number.NaN, seen: new Set([1]) }); // { x: { $number: "NaN" }, seen: { $set: [1] } }
 * ```
 */
export function toJson(value: unknown, types: TypeCodecs = {}, at = "state"): unknown {
  const writer = new JsonWriter(types, Number.POSITIVE_INFINITY);
  const { characters } = writer.measure(value);
  if (characters <= LONGEST) return writer.at(parsePath(at), value);
  throw new RewindError(
    "TOO_LONG",
    `expected a value of at most ${count(LONGEST)} characters as JSON, got one of about ${count(Math.round(characters))}`,
    { characters },
  );
}

/**
 * Turns values at several places of one state into JSON, as `toJson` does, for one common text. An
 * object that leads into a cycle is written at the first of these places that has it, and is a
 * {"$ref": path in the state} at all others: each of them may lead to the whole state. Throws
 * TOO_LONG once all values together are longer than 2^28 characters.
 */
export class PlacesToJson {
  readonly #writer: JsonWriter;
  #left = LONGEST;

  constructor(types: TypeCodecs = {}) {
    this.#writer = new JsonWriter(types, Number.POSITIVE_INFINITY);
  }

  /** The JSON of the value at `path`, as a difference gives both. */
  toJson(value: unknown, path: string): unknown {
    this.#left -= this.#writer.measure(value).characters;
    if (this.#left >= 0) return this.#writer.at(parsePath(path), value);
    const message = `expected values of at most ${LONGEST} characters as JSON, got longer ones`;
    throw new RewindError("TOO_LONG", message, { characters: LONGEST - this.#left });
  }
}

/** Turns several values into JSON, as `toJson` does, for one common text. */
export class JsonBudget {
  #left: number;

  constructor(characters: number = LONGEST) {
    this.#left = characters;
  }

  /** Throws TOO_LONG once all values together exceed the limit for one. */
  toJson(value: unknown): unknown {
    const writer = new JsonWriter({}, Number.POSITIVE_INFINITY);
    this.take(writer.measure(value).characters);
    return writer.value(value);
  }

  /** Counts these characters. Throws TOO_LONG if they do not fit. */
  take(characters: number): void {
    this.#left -= characters;
    if (this.#left >= 0) return;
    throw new RewindError(
      "TOO_LONG",
      "expected params that fit into one text of JSON, got longer ones",
      { params: true },
    );
  }
}

/**
 * The same, cut after about `characters`: "…" stands for the omitted part, and `isCut` is then
 * true.
 * `toShortJson([1, 2, 3, 4], 15)` gives `{ json: [1, 2, "…"], isCut: true }`.
 */
export function toShortJson(
  value: unknown,
  characters: number,
  types: TypeCodecs = {},
  at = "state",
): { readonly json: unknown; readonly isCut: boolean } {
  const writer = new JsonWriter(types, characters);
  // A short beginning is quick to write, even if the value is large.
  if (characters > SHORT) writer.measure(value);
  const json = writer.at(parsePath(at), value);
  return { json, isCut: writer.isCut };
}

const SHORT = 10_000;
const LEFT_OUT = "…";

class JsonWriter implements JsonOutput {
  isCut = false;
  readonly #types: TypeCodecs;
  /** The number of characters that still fit; infinite if nothing is cut. */
  #room: number;
  #needsReferences = false;
  /** The objects that lead into a cycle, of all values so far. */
  readonly #cyclic = new Set<object>();
  /** The depth at which each object around the current value began. */
  readonly #open = new Map<object, number>();
  /** The path at which each object was written first. */
  readonly #written = new Map<object, string>();
  readonly #payloads = new Map<object, { readonly name: string; readonly stored: unknown }>();
  readonly #steps: PathStep[] = [];

  constructor(types: TypeCodecs, room: number) {
    this.#types = types;
    this.#room = room;
  }

  /** Measures the JSON, and decides whether repeated objects need references. */
  measure(value: unknown): Pick<JsonSize, "characters"> {
    // What was written before is a reference now, whatever it leads to.
    const isReference = (object: object) => this.#cyclic.has(object) && this.#written.has(object);
    const size = jsonSize(value, (object) => (isReference(object) ? LEAF : this.#partsOf(object)));
    this.#needsReferences = size.needsReferences;
    for (const object of size.cyclic) this.#cyclic.add(object);
    return size;
  }

  value(value: unknown): unknown {
    switch (typeof value) {
      case "number":
        this.#room -= NUMBER;
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { $number: Object.is(value, -0) ? "-0" : String(value) };
      case "string":
        return this.#text(value);
      case "boolean":
        this.#room -= NUMBER;
        return value;
      case "undefined":
        this.#room -= NUMBER;
        return { $undefined: true };
      case "bigint":
        return { $bigint: this.#bigint(value) };
      case "object":
        this.#room -= 2;
        return value === null ? null : this.#object(value);
      default:
        throw refusal(formatPath(this.#steps), ...explainPrimitive(value));
    }
  }

  #text(text: string): string {
    const room = Math.max(0, this.#room);
    this.#room -= text.length + 2;
    return text.length <= room ? text : this.#leaveOut(`${text.slice(0, room)}${LEFT_OUT}`);
  }

  #bigint(value: bigint): string {
    this.#room -= NUMBER;
    if (this.#room === Number.POSITIVE_INFINITY) return String(value);
    // Writing a long bigint in decimal is slow, and its first digits say little.
    const text = describe(value);
    return text.endsWith("n") ? text.slice(0, -1) : this.#leaveOut(text);
  }

  #leaveOut<T>(shown: T): T {
    this.isCut = true;
    return shown;
  }

  #object(value: object): unknown {
    const around = this.#open.get(value);
    if (around !== undefined) return this.#reference(formatPath(this.#steps.slice(0, around)));
    if (this.#needsReferences || this.#cyclic.has(value)) {
      const before = this.#written.get(value);
      if (before !== undefined) return this.#reference(before);
      this.#written.set(value, formatPath(this.#steps));
    }
    this.#open.set(value, this.#steps.length);
    try {
      return this.#contents(value);
    } finally {
      this.#open.delete(value);
    }
  }

  /** The JSON of a value that is at this path in the state. */
  at(path: Path, value: unknown): unknown {
    this.#steps.splice(0, this.#steps.length, ...path);
    return this.value(value);
  }

  spend(characters: number): void {
    this.#room -= characters;
  }

  #reference($ref: string): unknown {
    this.#room -= $ref.length + 10;
    return { $ref };
  }

  #contents(value: object): unknown {
    const kind = kindOf(value);
    return kind === undefined ? this.#instance(value) : kind.toJson(value, this);
  }

  fields(value: object): unknown {
    const entries: [string, unknown][] = [];
    for (const key of Object.keys(value)) {
      if (this.#room <= 0) {
        entries.push([LEFT_OUT, this.#leaveOut(LEFT_OUT)]);
        break;
      }
      this.#room -= key.length + 4;
      entries.push([
        key.startsWith("$") ? `$${key}` : key,
        this.under(key, (value as Fields)[key]),
      ]);
    }
    // fromEntries defines properties, so "__proto__" is a key like any other.
    return Object.fromEntries(entries);
  }

  list<T>(items: Iterable<T>, write: (item: T, i: number) => unknown): unknown[] {
    const list: unknown[] = [];
    for (const item of items) {
      if (this.#room <= 0) {
        list.push(this.#leaveOut(LEFT_OUT));
        break;
      }
      list.push(write(item, list.length));
    }
    return list;
  }

  hex(bytes: Uint8Array): string {
    const room = Math.max(0, Math.floor(this.#room / 2));
    this.#room -= 2 * bytes.length;
    if (bytes.length <= room) return toHex(bytes);
    return this.#leaveOut(`${toHex(bytes.subarray(0, room))}${LEFT_OUT}`);
  }

  #instance(value: object): unknown {
    const { name, stored } = this.#payload(value);
    return { $type: name, value: stored === value ? this.fields(value) : this.value(stored) };
  }

  /** An instance as it is stored; encoded once, so that its shared parts stay shared. */
  #payload(value: object): { readonly name: string; readonly stored: unknown } {
    const known = this.#payloads.get(value);
    if (known !== undefined) return known;
    const type = typeOf(this.#types, value);
    if (type !== undefined) {
      // An instance of a plain class is what is stored of it: a copy would hide the cycles.
      const stored = type.plain === undefined ? type.encode(value) : value;
      const payload = { name: type.name, stored };
      this.#payloads.set(value, payload);
      return payload;
    }
    throw refusal(formatPath(this.#steps), ...explainObject(value, this.#types));
  }

  under(step: PathStep, item: unknown): unknown {
    this.#steps.push(step);
    const json = this.value(item);
    this.#steps.pop();
    return json;
  }

  /** The values in an object, or about how many characters it takes. */
  #partsOf(value: object): Iterable<unknown> | number {
    const kind = kindOf(value);
    if (kind !== undefined) return kind.parts?.(value) ?? kind.jsonLength?.(value) ?? LEAF;
    // Anything else is refused when it is written, with its path.
    if (typeOf(this.#types, value) === undefined) return LEAF;
    const { stored } = this.#payload(value);
    return stored === value ? Object.entries(value).flat() : [stored];
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** The approximate number of characters of a number and its separators. */
const NUMBER = 8;
/** The same for an object that holds no values, unless its kind knows better. */
const LEAF = 40;
