import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { formatPath, type Path, type PathStep } from "../path/format.ts";
import { nearest } from "./nearest-step.ts";
import type { TypedArray } from "./tags.ts";

/**
 * The value at `path` within `root`; own properties only. Throws PATH_NOT_FOUND, which says which
 * part of the path is not there and what is.
 *
 * @example
 * ```ts
 * getAt({ agents: [{ x: 1 }] }, parsePath("agents[0].x")); // 1
 * ```
 */
export function getAt(root: unknown, path: Path): unknown {
  let value = root;
  for (let i = 0; i < path.length; i++) value = step(value, path, i);
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

/** A field as an assignment makes it. */
const DATA = { writable: true, enumerable: true };

function step(value: unknown, path: Path, at: number): unknown {
  const name = path[at] as PathStep;
  if (typeof value === "object" && value !== null) {
    if (typeof name !== "object") {
      if (isField(value, name)) return (value as Record<PropertyKey, unknown>)[name];
    } else if ("get" in name) {
      if (value instanceof Map && value.has(name.get)) return value.get(name.get);
    } else {
      const members = membersOf(value, name);
      const index = "keys" in name ? name.keys : name.values;
      if (members !== undefined && index < members.length) return members[index];
    }
  }
  throw notFound(value, path, at);
}

function put(holder: unknown, name: PathStep, next: unknown, path: Path): boolean {
  if (typeof holder !== "object" || holder === null) return false;
  if (isTypedArray(holder)) {
    if (typeof name === "object" || !isField(holder, name)) return false;
    checkElement(holder, next, path);
    holder[name as number] = next as never;
    return true;
  }
  if (typeof name !== "object") {
    if (!mayHold(holder, name)) return false;
    // Defined, not assigned: "__proto__" is a key like any other.
    const present = Object.getOwnPropertyDescriptor(holder, name);
    const property = { ...DATA, configurable: present?.configurable ?? true };
    const isOpen = present === undefined || present.writable === true;
    if (isOpen && Reflect.defineProperty(holder, name, { ...property, value: next })) return true;
    throw closedError(path);
  }
  if ("get" in name) {
    if (!(holder instanceof Map)) return false;
    holder.set(name.get, next);
    return true;
  }
  return putMember(holder, name, next);
}

function closedError(path: Path): RewindError {
  const where = formatPath(path);
  return new RewindError(
    "INVALID_ARGUMENT",
    `expected ${where} to be open to changes: ${formatPath(path.slice(0, -1))} is frozen or sealed`,
    { path: where },
  );
}

/** Replaces a value of a Map, or a member of a Set without changing the order, by its position. */
function putMember(holder: object, name: PathStep, next: unknown): boolean {
  if (typeof name !== "object" || !("values" in name)) return false;
  if (holder instanceof Map && name.values < holder.size) {
    holder.set([...holder.keys()][name.values], next);
    return true;
  }
  if (!(holder instanceof Set) || name.values >= holder.size) return false;
  const members = [...holder];
  members[name.values] = next;
  holder.clear();
  for (const member of members) holder.add(member);
  return true;
}

function isField(value: object, name: string | number): boolean {
  // An array's length is its own property, yet no part of the state by itself.
  if (Array.isArray(value) && name === "length") return false;
  return Object.hasOwn(value, name);
}

function mayHold(holder: object, name: string | number): boolean {
  if (!Array.isArray(holder)) {
    return !(holder instanceof Map || holder instanceof Set || holder instanceof Date);
  }
  return typeof name === "number" && name <= holder.length;
}

function membersOf(value: object, name: { values: number } | { keys: number }) {
  if (value instanceof Map) return [...("keys" in name ? value.keys() : value.values())];
  return value instanceof Set && "values" in name ? [...value] : undefined;
}

function isTypedArray(value: object): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function checkElement(array: TypedArray, next: unknown, path: Path): void {
  const one = array.slice(0, 1);
  const isRightType = typeof next === typeof one[0];
  if (isRightType) one.fill(next as never);
  // A Float32Array rounds whatever it gets, but must not turn it into an infinity.
  const rounds = array instanceof Float32Array && Number.isFinite(one[0]) === Number.isFinite(next);
  const fits = isRightType && (Object.is(one[0], next) || rounds);
  if (fits) return;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected a value that an element of ${array.constructor.name} can hold for ${formatPath(path)}, got ${describe(next)}`,
    { path: formatPath(path), value: next },
  );
}

function notFound(value: unknown, path: Path, at: number): RewindError {
  const missing = formatPath(path.slice(0, at + 1));
  const there = formatPath(path.slice(0, at));
  const keys = nearest(value, path[at] as PathStep);
  const has =
    keys.length > 0 ? `${there} has ${keys.join(", ")}` : `${there} is ${describe(value)}`;
  return new RewindError("PATH_NOT_FOUND", `there is no ${missing}: ${has}`, {
    path: formatPath(path),
    missing,
    nearest: keys,
  });
}
