import { RewindError } from "../../base/errors.ts";
import { wholeNumber } from "../../base/number-text.ts";
import { TypedText } from "../../codec/json/typed-text.ts";

/** A wrong command line: exit status 2. The hint is how to see the command's help unless given. */
export function usageError(message: string, hint?: string): RewindError {
  return new RewindError("USAGE", message, hint === undefined ? {} : { hint });
}

/** A whole number as people write it: `1000000`, `1_000_000`, `1e6`. */
export function parseCount(text: unknown, name: string): number {
  const value = String(text);
  const isCount = /^\d+(_\d+)*$/.test(value) || /^\d+(\.\d+)?e\d+$/i.test(value);
  const count = isCount ? wholeNumber(value.replaceAll("_", "")) : undefined;
  if (count !== undefined && count <= Number.MAX_SAFE_INTEGER) return Number(count);
  if (isCount && Number(value.replaceAll("_", "")) > Number.MAX_SAFE_INTEGER) {
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
  const value = String(text);
  if (/^\d+(_\d+)*$/.test(value)) {
    const seed = BigInt(value.replaceAll("_", ""));
    return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
  }
  throw new RewindError(
    "INVALID_SEED",
    `expected a seed that is a whole number from 0 on, got ${JSON.stringify(String(text))}`,
    { value: text },
  );
}

/** `name=value` pairs of an option that may be given several times; the kind of a value is not known yet. */
export function parsePairs(given: unknown, option: string): Record<string, TypedText> | undefined {
  if (given === undefined) return undefined;
  const pairs = (Array.isArray(given) ? given : [given]).map((item) => {
    const text = String(item);
    // A path such as `a["x=y"]` may itself hold an equals sign.
    const at = /^(?:[^="]|"(?:[^"\\]|\\.)*")*=/.exec(text)?.[0].length;
    if (at === undefined)
      throw usageError(`expected --${option} name=value, got ${JSON.stringify(text)}`);
    return [text.slice(0, at - 1), new TypedText(text.slice(at))] as const;
  });
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, i) => names.includes(name, i + 1));
  if (twice !== undefined) throw usageError(`--${option} ${twice} was given more than once`);
  return Object.fromEntries(pairs);
}

/** A text option, or undefined. */
export function optional(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}
