import type { Path, PathStep } from "../../path/format.ts";
import type { Comparer, Spot } from "../difference.ts";
import type { StateInput } from "../input.ts";
import type { Integrity } from "../integrity.ts";
import type { StateOutput } from "../output.ts";

/**
 * One kind of object that a state can hold. Everything that the encoding, the comparison, JSON and
 * paths know about it stands in this one record; `state/kinds.ts` lists the records.
 */
export interface StateKind<T extends object = object> {
  /** Its name in errors, such as "Map". */
  readonly name: string;
  /** The prototype of its objects: a subclass is another kind. */
  readonly prototype: object | null;
  /** The tag of its encoding; undefined when the major type alone says what it is. */
  readonly tag: number | undefined;
  /** Whether an object with the prototype is genuine. Not needed when `write` finds out itself. */
  isGenuine?(value: object): boolean;

  /** Writes an object with its tag. `level` is how far it is closed. */
  write(value: T, out: StateOutput, level: Integrity | undefined): void;
  /** Reads an object after its tag; kinds without a tag leave it out. */
  read?(input: StateInput, depth: number, start: number): T;

  /** Reports where two objects of the kind differ. */
  compare(a: T, b: T, comparer: Comparer, spot: Spot): void;
  /** Whether two objects surely have one encoding; without this, their encodings are compared. */
  surelyEqual?(a: T, b: T, look: QuickLook): boolean;

  /** The object as JSON. */
  toJson(value: T, out: JsonOutput): unknown;
  /** How its JSON is read back; not needed for what JSON has itself. */
  readonly form?: JsonForm;
  /** The values that an object holds, keys included; not needed when it holds none. */
  parts?(value: T): Iterable<unknown>;
  /** About how many characters it takes as JSON, when it holds no other values. */
  jsonLength?(value: T): number;

  /** The steps that lead into an object, or how many elements it has that an index names. */
  steps?(value: T): readonly PathStep[] | number;
  /** The value at a step, in a box; undefined when there is no such step. */
  find?(value: T, step: PathStep): { readonly is: unknown } | undefined;
  /** Puts a value at the last step of `path`; returns false when an object cannot have that step. */
  put?(value: T, step: PathStep, next: unknown, path: Path): boolean;
}

/** The same record with every member: V8 is slower with kinds of which each has other members. */
export function complete<T extends object>(kind: StateKind<T>): StateKind<T> {
  return {
    name: kind.name,
    prototype: kind.prototype,
    tag: kind.tag,
    isGenuine: kind.isGenuine,
    write: kind.write,
    read: kind.read,
    compare: kind.compare,
    surelyEqual: kind.surelyEqual,
    toJson: kind.toJson,
    form: kind.form,
    parts: kind.parts,
    jsonLength: kind.jsonLength,
    steps: kind.steps,
    find: kind.find,
    put: kind.put,
  } as StateKind<T>;
}

/** What `surelyEqual` of a kind can ask. */
export interface QuickLook {
  /** Whether two values surely have one encoding. */
  equal(a: unknown, b: unknown): boolean;
  equalItems(a: readonly unknown[], b: readonly unknown[]): boolean;
  /** Whether two objects are met for the first time; from then on each stands for the other. */
  pair(a: object, b: object): boolean;
}

/** What `toJson` of a kind writes with. */
export interface JsonOutput {
  value(value: unknown): unknown;
  /** The value that `step` leads to. */
  under(step: PathStep, value: unknown): unknown;
  /** An array of items, cut when there is no more room. */
  list<T>(items: Iterable<T>, write: (item: T, i: number) => unknown): unknown[];
  /** The named fields of an object, cut likewise. */
  fields(value: Readonly<Record<string, unknown>>): unknown;
  /** Bytes in hexadecimal, cut likewise. */
  hex(bytes: Uint8Array): string;
  /** Counts characters that the kind writes itself. */
  spend(characters: number): void;
}

/** The JSON of a value that JSON lacks: an object with these keys, the first of which begins with "$". */
export interface JsonForm {
  readonly keys: readonly [special: string, ...more: string[]];
  /** The value, in a box since it can be undefined; undefined when the JSON is not of this form. */
  read(
    json: Readonly<Record<string, unknown>>,
    readValue: (json: unknown) => unknown,
  ): { readonly is: unknown } | undefined;
}

/** A form with one key, whose content `read` turns into the value. */
export function formOf(
  key: string,
  read: (
    content: unknown,
    readValue: (json: unknown) => unknown,
  ) => { readonly is: unknown } | undefined,
): JsonForm {
  return { keys: [key], read: (json, readValue) => read(json[key], readValue) };
}

/** Whether a value is an object, and so can be shared. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
