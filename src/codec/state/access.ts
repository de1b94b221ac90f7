import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { editDistance } from "../../base/nearest.ts";
import { MOST_NAMED, someOf } from "../../base/some-of.ts";
import { formatPath, type Path, type PathStep } from "../path/format.ts";
import { isObject, type StateKind } from "./kinds/kind.ts";
import { OBJECT } from "./kinds/object.ts";
import { kindOf } from "./kinds.ts";
import { type TypeCodecs, typeOf } from "./type-codecs.ts";

/**
 * The value at `path` within `root`; own properties only. In a class instance, the path may name what
 * its codec in `types` stores, as differences and JSON do, or else a property. Throws
 * PATH_NOT_FOUND, which says which part of the path is missing and what is there instead.
 *
 * @example
 * ```ts
 * getAt({ agents: [{ x: 1 }] }, parsePath("agents[0].x")); // 1
 * ```
 */
export function getAt(root: unknown, path: Path, types?: TypeCodecs): unknown {
  let value = root;
  for (let i = 0; i < path.length; i++) value = step(value, path, i, types);
  return value;
}

/**
 * Puts `next` at `path` within `root`, in place, and returns the root; for the root's own path,
 * returns `next`. The last step may name a new field or Map key, or the index at an array's end.
 * Throws PATH_NOT_FOUND, or INVALID_ARGUMENT for a value that a typed array cannot hold exactly and
 * for an object that is frozen.
 *
 * @example
 * ```ts
 * setAt({ x: 1 }, parsePath("x"), 2); // { x: 2 }
 * ```
 */
export function setAt(root: unknown, path: Path, next: unknown): unknown {
  const last = path.at(-1);
  if (last === undefined) return next;
  const holder = getAt(root, path.slice(0, -1));
  if (!put(holder, last, next, path)) throw notFound(holder, path, path.length - 1);
  return root;
}

/** The kind of an object. Class instances, and objects that only look like a kind, have fields. */
function kindOrFields(value: object): StateKind {
  return kindOf(value) ?? (OBJECT as StateKind);
}

function step(value: unknown, path: Path, at: number, types: TypeCodecs | undefined): unknown {
  const name = path[at] as PathStep;
  const stored = storedIn(value, types);
  const found = find(stored, name) ?? find(value, name);
  if (found !== undefined) return found.is;
  throw notFound(value, path, at);
}

function find(value: unknown, name: PathStep): Box | undefined {
  return isObject(value) ? kindOrFields(value).find?.(value, name) : undefined;
}

/** A value that was found; without a box, undefined could not be told from nothing. */
export interface Box {
  readonly is: unknown;
}

/**
 * Finds the values in an object by their steps, as `getAt` does, but calls a codec and lists the
 * members of a Set once for all of them.
 */
export function finderIn(
  value: unknown,
  types: TypeCodecs | undefined,
): (name: PathStep) => Box | undefined {
  if (!isObject(value)) return () => undefined;
  if (kindOf(value) === undefined) {
    const stored = storedIn(value, types);
    const inStored = stored === undefined ? undefined : finderIn(stored, types);
    return (name) => inStored?.(name) ?? find(value, name);
  }
  let members: readonly unknown[] | undefined;
  return (name) => {
    if (typeof name !== "object" || !("values" in name)) return find(value, name);
    members ??= value instanceof Set || value instanceof Map ? [...value.values()] : [];
    return name.values < members.length ? { is: members[name.values] } : undefined;
  };
}

/** What is stored of a value: of an instance, what its codec gives; of any other, itself. */
export function storedOf(value: unknown, types: TypeCodecs | undefined): unknown {
  let stored = value;
  for (let next = storedIn(stored, types); next !== undefined; next = storedIn(stored, types)) {
    stored = next;
  }
  return stored;
}

/** What the codec of a class instance stores; undefined for any other value. */
function storedIn(value: unknown, types: TypeCodecs | undefined): unknown {
  if (types === undefined || !isObject(value) || kindOf(value) !== undefined) return undefined;
  const type = typeOf(types, value);
  // What is stored of an instance of a plain class are its properties, which are found anyway.
  return type?.plain === undefined ? type?.encode(value) : undefined;
}

function put(holder: unknown, name: PathStep, next: unknown, path: Path): boolean {
  return isObject(holder) && kindOrFields(holder).put?.(holder, name, next, path) === true;
}

function notFound(value: unknown, path: Path, at: number): RewindError {
  const missing = formatPath(path.slice(0, at + 1));
  const there = formatPath(path.slice(0, at));
  const keys = nearest(value, path[at] as PathStep);
  const has = keys.length > 0 ? `${there} has ${someOf(keys)}` : `${there} is ${describe(value)}`;
  return new RewindError("PATH_NOT_FOUND", `there is no ${missing}: ${has}`, {
    path: formatPath(path),
    missing,
    nearest: keys.slice(0, MOST_NAMED),
  });
}

/** The existing steps from `value`, those first that are most like `wanted`, as written in a path. */
function nearest(value: unknown, wanted: PathStep): string[] {
  if (!isObject(value)) return [];
  const steps = kindOrFields(value).steps?.(value) ?? [];
  if (typeof steps === "number") {
    return steps === 0 ? ["no elements"] : [`elements [0] to [${steps - 1}]`];
  }
  const text = spell(wanted);
  return steps
    .slice(0, 10_000)
    .map((step) => ({ step, distance: editDistance(spell(step), text) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ step }) => formatPath([step], ""));
}

function spell(step: PathStep): string {
  return typeof step === "object" && "get" in step ? String(step.get) : formatPath([step], "");
}

/** More objects than this are not looked into, for numbers. */
const MOST_OBJECTS = 1_000;

/** Names the numbers of a state, for a message; undefined if it has none. */
export function numbersOf(root: unknown): string | undefined {
  const paths = numberPaths(root).map((path) => formatPath(path));
  return paths.length === 0 ? undefined : `its numbers are ${someOf(paths)}`;
}

/**
 * The paths of the numbers in a state, those near the root first; of an array or a buffer only the
 * first element's.
 */
function numberPaths(root: unknown): Path[] {
  const found: Path[] = [];
  const seen = new Set<object>();
  const waiting: { readonly path: Path; readonly value: unknown }[] = [{ path: [], value: root }];
  for (const { path, value } of waiting) {
    if (typeof value === "number") found.push(path);
    if (!isObject(value) || seen.has(value) || seen.size === MOST_OBJECTS) continue;
    seen.add(value);
    const kind = kindOrFields(value);
    const steps = kind.steps?.(value) ?? [];
    for (const step of typeof steps === "number" ? [0] : steps.slice(0, MOST_OBJECTS)) {
      waiting.push({ path: [...path, step], value: kind.find?.(value, step)?.is });
    }
  }
  return found;
}
