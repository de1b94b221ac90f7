import { describe } from "./checks.ts";
import type { RewindError } from "./errors.ts";
import { invalidArgument, unexpectedArgument } from "./invalid-argument.ts";
import { nearest } from "./nearest.ts";

/** A kind of value that an argument or an option can be. */
export type ValueKind =
  | "flag"
  | "function"
  | "text"
  | "texts"
  | "object"
  | "list"
  | "number"
  | "limit"
  | "jobs"
  | "signal"
  | "bytes";

/** What a value of a kind is, as an error says it, and how to tell. */
const KINDS: Readonly<
  Record<ValueKind, readonly [words: string, is: (value: unknown) => boolean]>
> = {
  flag: ["true or false", (value) => typeof value === "boolean"],
  function: ["a function", (value) => typeof value === "function"],
  text: ["a text", (value) => typeof value === "string"],
  texts: ["an array of texts", (value) => Array.isArray(value) && value.every(isText)],
  object: ["an object", (value) => typeof value === "object" && value !== null],
  list: ["an array", Array.isArray],
  number: ["a number", (value) => typeof value === "number" && !Number.isNaN(value)],
  limit: ["a whole number, at least 0", isLimit],
  jobs: ["a whole number, at least 1", (value) => isLimit(value) && value !== 0],
  // An AbortSignal of another realm, or one that was written for an older host, will do.
  signal: ["an AbortSignal", (value) => typeof Object(value).aborted === "boolean"],
  bytes: ["bytes", (value) => value instanceof Uint8Array],
};

/** The options of a call, each with what it may be; `any` is left to whoever uses it. */
export type OptionKinds<T> = {
  readonly [Name in keyof Required<T>]: ValueKind | "any" | readonly ValueKind[];
};

/**
 * Checks the options that a caller gives: only these, each of its kind or undefined. Returns them.
 * Throws INVALID_ARGUMENT.
 */
export function checkOptionsOf<T extends object>(options: T, kinds: OptionKinds<T>): T {
  checkOptions(options, Object.keys(kinds));
  for (const name in options) {
    const kind = kinds[name];
    if (kind !== "any" && options[name] !== undefined) checkKind(options[name], name, kind);
  }
  return options;
}

/** Checks an argument of a call. Throws INVALID_ARGUMENT with its name. */
export function checkKind(
  value: unknown,
  name: string,
  kind: ValueKind | readonly ValueKind[],
): void {
  const kinds = [kind].flat().map((each) => KINDS[each]);
  if (kinds.some(([, is]) => is(value))) return;
  throw unexpectedArgument(name, kinds.map(([words]) => words).join(" or "), value);
}

/**
 * Checks options: a plain object with only these names, so that a misspelt one is not ignored.
 * Throws INVALID_ARGUMENT.
 */
export function checkOptions(options: unknown, names: readonly string[]): void {
  if (!isPlainObject(options)) {
    throw unexpectedArgument("the options", `{ ${names.join(", ")} }`, options);
  }
  for (const name in options) {
    if (!names.includes(name)) throw unknownOption(name, names);
  }
}

/** Also accepts objects of another realm, whose `Object.prototype` is another object. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unknownOption(name: string, names: readonly string[]): RewindError {
  const near = nearest(name.replaceAll("_", ""), names, 1);
  const hint = near.length > 0 ? `; did you mean ${near[0]}?` : "";
  return invalidArgument(
    `expected an option among ${names.join(", ")}, got ${describe(name)}${hint}`,
    { name, known: names },
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** Infinity is no limit. */
function isLimit(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && Number(value) >= 0);
}
