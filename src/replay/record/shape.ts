import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { someOf } from "../../base/some-of.ts";
import { formatPath, type Path, type PathStep } from "../../codec/path/format.ts";
import { kindOf } from "../../codec/state/kinds.ts";
import { type TypeCodecs, typeOf } from "../../codec/state/type-codecs.ts";
import { isTypedArray, type TypedArray } from "../../codec/state/views.ts";

/**
 * Checks that `given` may replace `present`, and returns the value to use. Both must be of the same
 * kind, and plain objects must have the same keys with the same kinds of values. Any value may
 * replace null or undefined. An array of numbers becomes a typed array of the same length if that
 * holds them exactly. Throws INVALID_VALUE, which names the path and both kinds.
 *
 * @example
 * ```ts
 * fitting({ x: 1, v: new Float64Array(2) }, { x: 2, v: [0, 1] }, ["agents", 3]);
 * // { x: 2, v: Float64Array [0, 1] }
 * ```
 */
export function fitting(
  present: unknown,
  given: unknown,
  path: Path,
  types: TypeCodecs = {},
): unknown {
  return new Fitting(types).fit(present, given, path);
}

class Fitting {
  readonly #types: TypeCodecs;
  /** The objects being checked: a cycle leads back to one of them. */
  readonly #open = new Set<object>();

  constructor(types: TypeCodecs) {
    this.#types = types;
  }

  fit(present: unknown, given: unknown, path: Path): unknown {
    if (present === null || present === undefined) return given;
    const expected = this.#kindOf(present);
    if (Array.isArray(given) && isTypedArray(present)) return toTypedArray(present, given, path);
    if (this.#kindOf(given) !== expected) throw unfitting(path, expected, describe(given));
    if (expected !== PLAIN) return given;
    return this.#fields(present as Fields, given as Fields, path);
  }

  #fields(present: Fields, given: Fields, path: Path): unknown {
    if (this.#open.has(given)) return given;
    this.#open.add(given);
    const [keys, others] = [Object.keys(present), Object.keys(given)];
    if (keys.length !== others.length || keys.some((key) => !Object.hasOwn(given, key))) {
      throw unfitting(path, `an object with ${listed(keys)}`, `one with ${listed(others)}`);
    }
    const entries = others.map((key) => {
      const step: PathStep = key;
      return [key, this.fit(present[key], given[key], [...path, step])] as const;
    });
    this.#open.delete(given);
    const prototype: unknown = Object.getPrototypeOf(present);
    const asGiven =
      prototype === Object.getPrototypeOf(given) &&
      entries.every(([key, value]) => Object.is(value, given[key]));
    if (asGiven) return given;
    const fitted = Object.fromEntries(entries);
    // JSON cannot say that an object has no prototype.
    return prototype === null ? Object.setPrototypeOf(fitted, null) : fitted;
  }

  #kindOf(value: unknown): string {
    if (value === null) return "null";
    if (typeof value === "string") return "a text";
    if (typeof value === "undefined") return "undefined";
    if (typeof value !== "object") return `a ${typeof value}`;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null || prototype === Object.prototype) return PLAIN;
    if (Array.isArray(value)) return "an array";
    const name = kindOf(value)?.name;
    if (name !== undefined) return /^[AEIOU]/i.test(name) ? `an ${name}` : `a ${name}`;
    return `an instance of ${typeOf(this.#types, value)?.name ?? "an unknown class"}`;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const PLAIN = "an object";

function toTypedArray(present: TypedArray, given: readonly unknown[], path: Path): TypedArray {
  const { name } = present.constructor;
  const expected = `a ${name} of ${present.length}`;
  if (given.length !== present.length) throw unfitting(path, expected, describe(given));
  // A copy with its own buffer, because other views may share the old one.
  const fitted = present.slice();
  for (const [i, value] of given.entries()) {
    if (typeof value === typeof present[i]) fitted.fill(value as never, i, i + 1);
    if (typeof value === typeof present[i] && Object.is(fitted[i], value)) continue;
    throw unfitting([...path, i], `a value that an element of ${name} can hold`, describe(value));
  }
  return fitted;
}

function unfitting(path: Path, expected: string, given: string): RewindError {
  const where = formatPath(path);
  return new RewindError("INVALID_VALUE", `expected ${expected} for ${where}, got ${given}`, {
    path: where,
    expected,
    given,
  });
}

function listed(keys: readonly string[]): string {
  return keys.length === 0 ? "no keys" : `the keys ${someOf(keys)}`;
}
