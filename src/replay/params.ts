import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";

/**
 * The params of a run: the defaults, and the given ones over them, copied and frozen. Throws
 * UNKNOWN_PARAM for a name that the defaults do not have, and INVALID_PARAM for a value of another
 * type than the default's or one that is not plain data.
 */
export function mergeParams(
  defaults: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new RewindError(
        "UNKNOWN_PARAM",
        `the simulation declares no param ${JSON.stringify(name)}`,
        {
          name,
          names: Object.keys(defaults),
        },
      );
    }
    const expected = typeOf(defaults[name]);
    if (expected !== "null" && typeOf(value) !== expected) {
      throw new RewindError(
        "INVALID_PARAM",
        `expected param ${name} to be of the type ${expected}, got ${describe(value)}`,
        { name, value, expected },
      );
    }
  }
  return frozenCopy({ ...defaults, ...given }, "params", 0) as Readonly<Record<string, unknown>>;
}

/** Params nest at most this deep: deeper ones are a cycle. */
const DEEPEST = 64;

// A step must not be able to change its params: they would be state that no checkpoint holds.
function frozenCopy(value: unknown, path: string, depth: number): unknown {
  if (depth > DEEPEST) throw notPlain(path, "it nests too deep or contains itself");
  if (Array.isArray(value)) {
    return Object.freeze(
      Array.from(value, (item, i) => frozenCopy(item, `${path}[${i}]`, depth + 1)),
    );
  }
  if (typeof value === "object" && value !== null) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw notPlain(path, describe(value));
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      frozenCopy(item, `${path}.${key}`, depth + 1),
    ]);
    return Object.freeze(Object.fromEntries(entries));
  }
  if (["number", "string", "boolean", "bigint"].includes(typeof value) || value === null)
    return value;
  throw notPlain(path, describe(value));
}

function notPlain(path: string, problem: string): RewindError {
  return new RewindError(
    "INVALID_PARAM",
    `expected ${path} to be a number, text, boolean, null, or a plain array or object of these: ${problem}`,
    { name: path },
  );
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
