import { equalBytes } from "../base/bytes.ts";
import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { type TypedArray, viewTypeOf } from "../codec/state/views.ts";

type Params = Readonly<Record<string, unknown>>;

/** Params as the steps of one instance are given them. */
export interface OwnParams {
  readonly params: Params;
  /** The path of a typed array that was changed since; undefined where none was. */
  changed(): string | undefined;
}

/**
 * Params for the steps of one instance. All else in params is frozen, and is shared; a typed array
 * cannot be frozen, so each instance has copies of its own, which are compared with the originals.
 */
export function ownParams(params: Params): OwnParams {
  const views: View[] = [];
  const own = withOwnViews(params, "params", views) as Params;
  return {
    params: own,
    changed: () => views.find(({ own, original }) => !sameElements(own, original))?.path,
  };
}

/** Whether a value is a typed array, and no subclass of one. */
export function isTypedArray(value: unknown): value is TypedArray {
  return (
    ArrayBuffer.isView(value) && !(value instanceof DataView) && viewTypeOf(value) !== undefined
  );
}

/** Sets an element, which must be there afterwards as it was given. Throws INVALID_PARAM. */
export function setElement(view: TypedArray, index: number, value: unknown, name: string): void {
  try {
    (view as unknown as unknown[])[index] = value;
  } catch {
    // Of another kind, such as a number for a bigint: refused below.
  }
  if (Object.is(view[index], value)) return;
  const kind = viewTypeOf(view)?.name;
  throw new RewindError(
    "INVALID_PARAM",
    `expected ${name}[${index}] to be an element of a ${kind}, got ${describe(value)}`,
    { name, value, expected: kind },
  );
}

interface View {
  readonly path: string;
  readonly own: TypedArray;
  readonly original: TypedArray;
}

function withOwnViews(value: unknown, path: string, views: View[]): unknown {
  if (isTypedArray(value)) {
    const own = value.slice();
    views.push({ path, own, original: value });
    return own;
  }
  if (typeof value !== "object" || value === null) return value;
  const before = views.length;
  if (Array.isArray(value)) {
    const items = value.map((item, i) => withOwnViews(item, `${path}[${i}]`, views));
    return views.length === before ? value : Object.freeze(items);
  }
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    withOwnViews(item, `${path}.${key}`, views),
  ]);
  return views.length === before ? value : Object.freeze(Object.fromEntries(entries));
}

function sameElements(a: TypedArray, b: TypedArray): boolean {
  return equalBytes(bytesOf(a), bytesOf(b));
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
