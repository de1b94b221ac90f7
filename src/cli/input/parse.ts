import { RewindError } from "../../base/errors.ts";
import { fromJson } from "../../codec/json.ts";

/** A wrong command line: exit status 2. */
export function usageError(message: string): RewindError {
  return new RewindError("USAGE", message);
}

/** A whole number as people write it: `1000000`, `1_000_000`, `1e6`. */
export function parseCount(text: unknown, name: string): number {
  const value = String(text);
  const digits = value.replaceAll("_", "");
  if (/^\d+(_\d+)*$/.test(value) || /^\d+(\.\d+)?e\d+$/i.test(value)) {
    const number = Number(digits);
    if (Number.isSafeInteger(number)) return number;
    throw new RewindError(
      "INVALID_STEPS",
      `expected ${name} to be at most 2^53 - 1, got ${value}`,
      { name, value },
    );
  }
  throw new RewindError(
    "INVALID_STEPS",
    `expected ${name} to be a whole number from 0 on, such as 1000, 1_000_000 or 1e6, got ${JSON.stringify(value)}`,
    { name, value },
  );
}

/** The same where it may be left out. */
export function optionalCount(text: unknown, name: string): number | undefined {
  return text === undefined ? undefined : parseCount(text, name);
}

/** A master seed: digits, however many. */
export function parseSeed(text: unknown): number | bigint {
  const value = String(text).replaceAll("_", "");
  if (/^\d+$/.test(value)) {
    const seed = BigInt(value);
    return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
  }
  throw new RewindError(
    "INVALID_SEED",
    `expected a seed that is a whole number from 0 on, got ${JSON.stringify(String(text))}`,
    { value: text },
  );
}

/** `name=value` pairs of an option that may be given several times; values are JSON, or else text. */
export function parsePairs(given: unknown, option: string): Record<string, unknown> | undefined {
  if (given === undefined) return undefined;
  const pairs = (Array.isArray(given) ? given : [given]).map((item) => {
    const text = String(item);
    // A path such as `a["x=y"]` may itself hold an equals sign.
    const at = /^(?:[^="]|"(?:[^"\\]|\\.)*")*=/.exec(text)?.[0].length;
    if (at === undefined)
      throw usageError(`expected --${option} name=value, got ${JSON.stringify(text)}`);
    return [text.slice(0, at - 1), parseValue(text.slice(at))];
  });
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, i) => names.includes(name, i + 1));
  if (twice !== undefined) throw usageError(`--${option} ${twice} was given more than once`);
  return Object.fromEntries(pairs);
}

/**
 * A value on the command line: JSON with the forms of `--json` for special values, a number such as
 * `.5`, or else text.
 */
export function parseValue(text: string): unknown {
  const special = {
    NaN: Number.NaN,
    Infinity: Number.POSITIVE_INFINITY,
    "-Infinity": Number.NEGATIVE_INFINITY,
    "-0": -0,
  };
  if (Object.hasOwn(special, text)) return special[text as keyof typeof special];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return isNumber(text) ? Number(text) : text;
  }
  return fromJson(json);
}

/** A number as people write it and JSON does not: `.5`, `5.`, `+5`. */
function isNumber(text: string): boolean {
  return /^[+-]?(?:(?:0|[1-9]\d*)\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
}

/** A text option, or undefined. */
export function optional(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}
