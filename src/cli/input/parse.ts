import { RewindError } from "../../base/errors.ts";
import { wholeNumber } from "../../base/number-text.ts";
import { TypedText } from "../../codec/json/typed-text.ts";
import { LATEST_MS } from "../../object/program.ts";
import { usageError } from "./usage-error.ts";

/** A whole number as people write it: `1000000`, `1_000_000`, `1e6`. */
export function parseCount(value: string, name: string): number {
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
    `expected ${name} to be a whole number, at least 0, such as 1000, 1_000_000 or 1e6, got ${JSON.stringify(value)}`,
    { name, value },
  );
}

/** The same for an option that may be left out. */
export function optionalCount(text: string | undefined, name: string): number | undefined {
  return text === undefined ? undefined : parseCount(text, name);
}

/** A master seed: any number of digits. */
export function parseSeed(value: string): number | bigint {
  if (/^\d+(_\d+)*$/.test(value)) {
    const seed = BigInt(value.replaceAll("_", ""));
    return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
  }
  throw new RewindError(
    "INVALID_SEED",
    `expected a seed that is a whole number, at least 0, got ${JSON.stringify(value)}`,
    { value },
  );
}

/** The `name=value` pairs of an option that may be repeated. The kinds of the values are not known yet. */
export function parsePairs(
  given: readonly string[] | undefined,
  option: string,
): Record<string, TypedText> | undefined {
  if (given === undefined) return undefined;
  const pairs = given.map((text) => {
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

/** A time in ISO 8601 with its zone, or milliseconds since 1970; in milliseconds since 1970. */
export function parseTime(text: string, option: string): number {
  const isIso =
    /^[+-]?\d{4,6}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = isIso ? Date.parse(text) : /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(time) <= LATEST_MS) return time + 0;
  throw usageError(
    `expected ${option} to be a time such as 2026-01-31T09:00Z, or milliseconds since 1970, got ${JSON.stringify(text)}`,
  );
}

/** A number of milliseconds, at least 0, which may have a fraction. */
export function parseMs(text: string, option: string): number {
  const ms = /^\d+(?:\.\d+)?(?:e\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (ms <= LATEST_MS) return ms;
  throw usageError(
    `expected ${option} to be a number of milliseconds, such as 16.5, got ${JSON.stringify(text)}`,
  );
}

/** How many threads --jobs allows. */
export function readJobs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const jobs = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (jobs > 0) return jobs;
  throw usageError(`expected --jobs to be a whole number, at least 1, got ${JSON.stringify(text)}`);
}
