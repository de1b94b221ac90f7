import { isNumberText, readNumber } from "../../base/number-text.ts";
import { fromJson } from "./read.ts";
import { Numeral, parseJson } from "./text.ts";

/** A value that somebody typed, whose kind is not known yet: that of what it takes the place of. */
export class TypedText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * The value that `text` spells where a value of the kind of `like` is wanted. A text takes any text
 * as it is, or a text as JSON has it, in double quotes. All else is JSON, with the forms of `toJson`,
 * or a number such as `.5`; where `like` is null or undefined, what is neither is a text. A whole
 * number is a bigint where `like` has one. `what` names the value in errors. Throws INVALID_NUMBER for a number that does not survive.
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

/** The same of a text whose kind nothing says; a number that does not survive stays a text. */
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

/** JSON in which every numeral is a number, or a bigint as `fromJson` reads one. */
function withNumbers(json: unknown, like: unknown, what: string): unknown {
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

/** What an element beyond the end is like, the first one says. */
function elementLike(like: unknown, index: number): unknown {
  if (like instanceof BigInt64Array || like instanceof BigUint64Array) return 0n;
  return Array.isArray(like) ? (like[index] ?? like[0]) : undefined;
}

function fieldLike(like: unknown, key: string): unknown {
  if (typeof like !== "object" || like === null || !Object.hasOwn(like, key)) return undefined;
  return (like as Readonly<Record<string, unknown>>)[key];
}
