import { isNumberText, readNumber } from "../../base/number-text.ts";
import { fromJson } from "./read.ts";
import { Numeral, parseJson } from "./text.ts";

/** A value that a user typed. Its type is that of the value it replaces, which is not known yet. */
export class TypedText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * The value that `text` spells, with the type of `like`. When `like` is a string, the value is
 * `text` itself, or the string that it quotes as JSON does. Otherwise `text` is JSON, with the
 * forms of `toJson`, or a number such as `.5`; any other text is a string. A whole number is a
 * bigint if `like` has a bigint there. `what` names the value in errors. Throws INVALID_NUMBER for
 * a number that would be rounded.
 *
 * @example
 * ```ts
 * readTyped("007", "agent"); // "007"
 * readTyped("7", 0);         // 7
 * readTyped("7", 0n);        // 7n
 * ```
 */
export function readTyped(text: string, like: unknown, what = "the value"): unknown {
  if (typeof like === "string") return quotedText(text) ?? text;
  if (typeof like === "bigint" && /^[+-]?\d+n?$/.test(text)) {
    return BigInt(text.replace(/^\+|n$/g, ""));
  }
  const special = SPECIAL.get(text);
  if (special !== undefined) return special;
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    return isNumberText(text) ? readNumber(text, what) : text;
  }
  return fromJson(withNumbers(json, like, what));
}

/** The same without a known type; a number that would be rounded stays a string. */
export function guessTyped(text: string): unknown {
  try {
    return readTyped(text, undefined);
  } catch {
    return text;
  }
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

function quotedText(text: string): string | undefined {
  if (!text.startsWith('"')) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "string" ? json : undefined;
  } catch {
    return undefined;
  }
}

/** JSON with a number for every numeral, or with the form of a bigint. */
export function withNumbers(json: unknown, like: unknown, what: string): unknown {
  if (json instanceof Numeral) {
    const { text } = json;
    return typeof like === "bigint" && /^-?\d+$/.test(text)
      ? { $bigint: text }
      : readNumber(text, what);
  }
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) {
    return json.map((item, i) => withNumbers(item, elementLike(like, i), what));
  }
  const isSpecial = Object.keys(json).some((key) => /^\$(?!\$)/.test(key));
  const entries = Object.entries(json).map(([key, item]) => [
    key,
    withNumbers(item, isSpecial ? undefined : fieldLike(like, key.replace(/^\$/, "")), what),
  ]);
  return Object.fromEntries(entries);
}

/** An element beyond the end is of the type of the first one. */
function elementLike(like: unknown, index: number): unknown {
  if (like instanceof BigInt64Array || like instanceof BigUint64Array) return 0n;
  return Array.isArray(like) ? (like[index] ?? like[0]) : undefined;
}

function fieldLike(like: unknown, key: string): unknown {
  if (typeof like !== "object" || like === null || !Object.hasOwn(like, key)) return undefined;
  return (like as Readonly<Record<string, unknown>>)[key];
}
