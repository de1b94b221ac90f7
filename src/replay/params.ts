import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { readTyped, TypedText } from "../codec/json/typed-text.ts";
import type { TypedArray } from "../codec/state/views.ts";
import {
  hasPlace,
  type ParamPlace,
  paramPlace,
  unknownParam,
  valueAt,
  withValue,
} from "./param-place.ts";
import { checkParamShape, isPlain } from "./param-shape.ts";
import { isTypedArray, setElement } from "./param-views.ts";

type Params = Readonly<Record<string, unknown>>;

/**
 * The params of a run: a frozen copy of `values`, with the given ones in place of theirs. A given
 * value must have the shape of the `declared` one. A `TypedText` is read as a value of that kind,
 * and may be for a place inside a param, such as `o.b.c`. Throws UNKNOWN_PARAM for an unknown name,
 * and INVALID_PARAM for a value that has another shape or is not plain data.
 */
export function mergeParams(values: Params, given: Params = {}, declared: Params = values): Params {
  let merged = values;
  for (const [name, value] of Object.entries(given)) {
    if (value instanceof TypedText) {
      merged = withTyped(merged, declared, name, value);
      continue;
    }
    // Paths are for the command line; a script passes the object itself.
    if (!Object.hasOwn(values, name)) throw unknownParam(name, Object.keys(values));
    checkParamShape(likeAt([name], values, declared), value, name);
    merged = withValue(merged, [name], value) as Params;
  }
  return frozenCopy(merged, "params", 0) as Params;
}

function withTyped(merged: Params, declared: Params, name: string, typed: TypedText): Params {
  const place = paramPlace(merged, name);
  const [root] = place as readonly [string];
  const changed = withValue(merged, place, paramValue(merged, name, typed, declared)) as Params;
  checkParamShape(likeAt([root], merged, declared), changed[root], root);
  return changed;
}

/**
 * A value given for a param, or for a part of one by a path such as `o.b`, checked and of the kind
 * that belongs there. Throws UNKNOWN_PARAM, INVALID_PARAM, INVALID_NUMBER.
 */
export function paramValue(
  values: Params,
  name: string,
  given: unknown,
  declared: Params = values,
): unknown {
  const like = likeAt(paramPlace(values, name), values, declared);
  const value =
    given instanceof TypedText
      ? asViewOf(like, readTyped(given.text, like, `param ${name}`), name)
      : given;
  checkParamShape(like, value, name);
  return value;
}

/** The value that a param has now, or a part of one. Throws UNKNOWN_PARAM. */
export function paramAt(values: Params, name: string): unknown {
  return valueAt(values, paramPlace(values, name));
}

/**
 * Params with other values at the places that `names` name, which `paramValue` has checked: a frozen
 * copy. Throws INVALID_PARAM for a value that is not plain data.
 */
export function placeParams(
  values: Params,
  names: readonly string[],
  given: readonly unknown[],
): Params {
  let placed = values;
  for (const [i, name] of names.entries()) {
    placed = withValue(placed, paramPlace(placed, name), given[i]) as Params;
  }
  return frozenCopy(placed, "params", 0) as Params;
}

/**
 * A list from the command line, converted to the typed array that it is for. Throws INVALID_PARAM.
 */
function asViewOf(like: unknown, value: unknown, name: string): unknown {
  if (!isTypedArray(like) || !Array.isArray(value)) return value;
  const made = new (like.constructor as new (length: number) => TypedArray)(value.length);
  for (const [i, item] of value.entries()) setElement(made, i, item, name);
  return made;
}

/** The value whose shape a new value must have: the declared one, or the one that it replaces. */
function likeAt(place: ParamPlace, values: Params, declared: Params): unknown {
  return hasPlace(declared, place) ? valueAt(declared, place) : valueAt(values, place);
}

/**
 * A recorded param beside the value given for it, read as the same kind. `name` may be a path
 * inside a param.
 */
export function paramBeside(
  recorded: Params,
  name: string,
  given: unknown,
): { readonly recorded: unknown; readonly given: unknown } {
  const place = placeOrNone(recorded, name);
  const value = place && valueAt(recorded, place);
  const typed = given instanceof TypedText;
  return { recorded: value, given: typed ? readTyped(given.text, value, `param ${name}`) : given };
}

function placeOrNone(recorded: Params, name: string): ParamPlace | undefined {
  try {
    return paramPlace(recorded, name);
  } catch {
    return undefined;
  }
}

/**
 * The params of a run that continues under new code: those that the code declares, with the values
 * that they had. The same holds for keys in plain objects. Throws INVALID_PARAM if a shape has
 * changed.
 */
export function carriedParams(before: Params, declared: Params): Params {
  return mergeParams(declared, carried(before, declared) as Params);
}

function carried(before: unknown, declared: unknown): unknown {
  if (!isPlain(before) || !isPlain(declared) || Object.keys(declared).length === 0) return before;
  return Object.fromEntries(
    Object.entries(declared).map(([key, value]) => [
      key,
      Object.hasOwn(before, key) ? carried(before[key], value) : value,
    ]),
  );
}

/** Params nest at most this deep; anything deeper counts as a cycle. */
const DEEPEST = 64;

// Frozen, because params that a step changed would be state that no checkpoint holds.
function frozenCopy(value: unknown, path: string, depth: number): unknown {
  if (depth > DEEPEST) throw notPlain(path, ": it nests too deep or contains itself");
  if (Array.isArray(value)) {
    return Object.freeze(
      Array.from(value, (item, i) => frozenCopy(item, `${path}[${i}]`, depth + 1)),
    );
  }
  // It cannot be frozen; `ownParams` gives each instance a copy and compares it.
  if (isTypedArray(value)) return value.slice();
  if (typeof value === "object" && value !== null) {
    if (!isPlain(value)) throw notPlain(path, `, got ${describe(value)}`);
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      frozenCopy(item, `${path}.${key}`, depth + 1),
    ]);
    return Object.freeze(Object.fromEntries(entries));
  }
  if (["number", "string", "boolean", "bigint"].includes(typeof value) || value === null)
    return value;
  throw notPlain(path, `, got ${describe(value)}`);
}

function notPlain(path: string, problem: string): RewindError {
  return new RewindError(
    "INVALID_PARAM",
    `expected ${path} to be a number, text, boolean, null, a typed array, or a plain array or object of these${problem}`,
    { name: path },
  );
}
