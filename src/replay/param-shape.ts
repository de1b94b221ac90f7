import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { viewTypeOf } from "../codec/state/views.ts";

/**
 * Checks that a value has the shape of the default: the same kind, the same keys in a plain object,
 * and the same shape under each key and in each element. A null default accepts any value, and an
 * empty object or array accepts any contents. Throws INVALID_PARAM.
 */
export function checkParamShape(like: unknown, value: unknown, path: string): void {
  const problem = misfit(like, value, path);
  if (problem === undefined) return;
  throw new RewindError("INVALID_PARAM", problem.message, { name: path, value, ...problem.data });
}

/** Whether a value is a plain object. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

interface Misfit {
  readonly message: string;
  readonly data: { readonly expected: string };
}

function misfit(like: unknown, value: unknown, path: string): Misfit | undefined {
  if (like === null || like === undefined) return undefined;
  const expected = kindOf(like);
  if (kindOf(value) !== expected) {
    const message = `expected param ${path} to be ${withArticle(expected)}, got ${describe(value)}`;
    return { message, data: { expected } };
  }
  if (Array.isArray(like)) return misfitElement(like, value as readonly unknown[], path);
  return isPlain(like) && isPlain(value) ? misfitField(like, value, path) : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function misfitField(like: Fields, value: Fields, path: string): Misfit | undefined {
  const [keys, given] = [Object.keys(like), Object.keys(value)];
  if (keys.length === 0) return undefined;
  const missing = keys.find((key) => !Object.hasOwn(value, key));
  const strange = given.find((key) => !Object.hasOwn(like, key));
  if (missing !== undefined || strange !== undefined) {
    const problem =
      strange === undefined ? `${missing} is missing` : `${strange} is not one of them`;
    const message = `expected param ${path} to have the keys ${keys.join(", ")}: ${problem}`;
    return { message, data: { expected: "object" } };
  }
  for (const key of keys) {
    const problem = misfit(like[key], value[key], `${path}.${key}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * If the default elements are all alike, each element must be like them; if not, it may be
 * anything.
 */
function misfitElement(
  like: readonly unknown[],
  value: readonly unknown[],
  path: string,
): Misfit | undefined {
  const [first] = like;
  if (like.some((item) => misfit(first, item, path) !== undefined)) return undefined;
  for (const [i, item] of value.entries()) {
    const problem = misfit(first, item, `${path}[${i}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function withArticle(kind: string): string {
  return /^[aeiou]/i.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return (typeof value === "object" ? viewTypeOf(value)?.name : undefined) ?? typeof value;
}
