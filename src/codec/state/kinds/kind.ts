import type { Path, PathStep } from "../../path/format.ts";
import type { Comparer, Spot } from "../difference.ts";
import type { StateInput } from "../input.ts";
import type { Integrity } from "../integrity.ts";
import type { StateOutput } from "../output.ts";

/**
 * One kind of object that a state can hold. This record has everything that the encoding, the
 * comparison, JSON and paths need to know about it; `state/kinds.ts` lists the records.
 */
export interface StateKind<T extends object = object> {
  /** Its name in errors, such as "Map". */
  readonly name: string;
  /** The prototype of its objects: a subclass is another kind. */
  readonly prototype: object | null;
  /** The tag of its encoding; undefined when the major type alone says what it is. */
  readonly tag: number | undefined;
  /** Whether an object with the prototype is genuine. Not needed if `write` checks that itself. */
  isGenuine?(value: object): boolean;

  /** Writes an object with its tag. `level` is how far it is closed. */
  write(value: T, out: StateOutput, level: Integrity | undefined): void;
  /** Reads an object after its tag; kinds without a tag leave it out. */
  read?(input: StateInput, depth: number, start: number): T;

  /** Reports where two objects of the kind differ. */
  compare(a: T, b: T, comparer: Comparer, spot: Spot): void;
  /**
   * Whether two objects surely have the same encoding; without this, their encodings are compared.
   */
  surelyEqual?(a: T, b: T, look: QuickLook): boolean;

  /** The object as JSON. */
  toJson(value: T, out: JsonOutput): unknown;
  /** How its JSON is read back; not needed for types that JSON has. */
  readonly form?: JsonForm;
  /** The values that an object holds, keys included; not needed if it cannot hold any. */
  parts?(value: T): Iterable<unknown>;
  /** The approximate number of characters of its JSON, if it holds no other values. */
  jsonLength?(value: T): number;

  /** The steps that lead into an object, or the number of its indexed elements. */
  steps?(value: T): readonly PathStep[] | number;
  /** The value at a step, in a box; undefined if there is no such step. */
  find?(value: T, step: PathStep): { readonly is: unknown } | undefined;
  /** Puts a value at the last step of `path`; returns false if an object cannot have that step. */
  put?(value: T, step: PathStep, next: unknown, path: Path): boolean;
}

/** The same record with every member: V8 is slower if the kinds have different members. */
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

/** What `surelyEqual` of a kind can use. */
export interface QuickLook {
  /** Whether two values surely have the same encoding. */
  equal(a: unknown, b: unknown): boolean;
  equalItems(a: readonly unknown[], b: readonly unknown[]): boolean;
}

/** What `toJson` of a kind can use. */
export interface JsonOutput {
  value(value: unknown): unknown;
  /** The value that `step` leads to. */
  under(step: PathStep, value: unknown): unknown;
  /** An array of items, cut if they do not fit. */
  list<T>(items: Iterable<T>, write: (item: T, i: number) => unknown): unknown[];
  /** The named fields of an object, cut in the same way. */
  fields(value: object): unknown;
  /** Bytes in hexadecimal, cut in the same way. */
  hex(bytes: Uint8Array): string;
  /** Counts characters that the kind writes itself. */
  spend(characters: number): void;
}

/** The JSON of a value that JSON lacks: an object with these keys, the first of which begins with "$". */
export interface JsonForm {
  readonly keys: readonly [special: string, ...more: string[]];
  /**
   * The value, in a box because it can be undefined; undefined if the JSON does not have this form.
   */
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
