import { RewindError } from "../base/errors.ts";
import { formatPath, type PathStep } from "../codec/path/format.ts";
import { parsePath } from "../codec/path/parse.ts";
import { isTypedArray, setElement } from "./param-views.ts";

type Params = Readonly<Record<string, unknown>>;

/**
 * Where a value is in the params: the name of a param, and perhaps the keys that lead on inside it.
 */
export type ParamPlace = readonly (string | number)[];

/**
 * The place that `name` names in `params`: a param, or a part of one by a path such as `o.b[2]`.
 * Throws UNKNOWN_PARAM, which lists the names that exist.
 */
export function paramPlace(params: Params, name: string): ParamPlace {
  if (Object.hasOwn(params, name)) return [name];
  const place = placeIn(name);
  let around: unknown = params;
  for (const [i, step] of place.entries()) {
    if (!holds(around, step)) throw unknownParam(name, namesIn(around), place.slice(0, i));
    around = (around as Record<PropertyKey, unknown>)[step];
  }
  return place;
}

/** The value at a place; undefined if the place does not exist. */
export function valueAt(root: unknown, place: ParamPlace): unknown {
  let value = root;
  for (const step of place) {
    if (!holds(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** Whether a place exists. */
export function hasPlace(root: unknown, place: ParamPlace): boolean {
  return holds(valueAt(root, place.slice(0, -1)), place.at(-1) as string | number);
}

/** A copy of `root` with a new value at an existing place. It shares everything off that path. */
export function withValue(root: unknown, place: ParamPlace, value: unknown): unknown {
  const [step, ...rest] = place;
  if (step === undefined) return value;
  const inner = withValue((root as Record<PropertyKey, unknown>)[step], rest, value);
  if (Array.isArray(root)) return root.map((item, i) => (i === step ? inner : item));
  if (isTypedArray(root)) {
    const copy = root.slice();
    setElement(copy, Number(step), inner, "the typed array");
    return copy;
  }
  // Defined, not assigned: "__proto__" is a key like any other.
  return Object.fromEntries(
    Object.entries(root as object).map(([key, item]) => [key, key === step ? inner : item]),
  );
}

/** Reads a name as a path; a name that is not a path stands for itself. */
function placeIn(name: string): ParamPlace {
  try {
    const path = parsePath(name.startsWith("[") ? `state${name}` : `state.${name}`);
    return path.every(isKey) ? path : [name];
  } catch {
    return [name];
  }
}

function isKey(step: PathStep): step is string | number {
  return typeof step !== "object";
}

function holds(value: unknown, step: string | number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) || isTypedArray(value)) {
    return typeof step === "number" && step < value.length;
  }
  return !ArrayBuffer.isView(value) && typeof step === "string" && Object.hasOwn(value, step);
}

/** The names inside a value; for an array, a phrase such as `the elements [0] to [2]`. */
function namesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value) && !isTypedArray(value)) return Object.keys(value);
  return value.length === 0 ? [] : [`the elements [0] to [${value.length - 1}]`];
}

/** The error for a name that is not among `names`: the params, or the keys `within` one. */
export function unknownParam(
  name: string,
  names: readonly string[],
  within: ParamPlace = [],
): RewindError {
  return new RewindError(
    "UNKNOWN_PARAM",
    `the simulation declares no param ${JSON.stringify(name)}`,
    {
      name,
      names,
      ...(within.length > 0 && { within: formatPath(within.slice(1), String(within[0])) }),
    },
  );
}
