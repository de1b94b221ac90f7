import { equalBytes } from "../base/bytes.ts";
import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { type TypedArray, viewTypeOf } from "../codec/state/views.ts";

type Params = Readonly<Record<string, unknown>>;

/** The params that the steps of one instance get. */
export interface OwnParams {
  readonly params: Params;
  /** The path of a typed array that has changed since; undefined if none has. */
  changed(): string | undefined;
}

/**
 * Params for the steps of one instance. A typed array cannot be frozen, so each instance gets its
 * own copy, which is compared with the original. Everything else in params is frozen and shared.
 */
export function ownParams(params: Params): OwnParams {
  const views: View[] = [];
  const own = withOwnViews(params, "params", views) as Params;
  return {
    params: own,
    changed: () => views.find(({ own, original }) => !sameElements(own, original))?.path,
  };
}

/** Whether a value is a typed array, not an instance of a subclass. */
export function isTypedArray(value: unknown): value is TypedArray {
  return (
    ArrayBuffer.isView(value) && !(value instanceof DataView) && viewTypeOf(value) !== undefined
  );
}

/** Sets an element. Throws INVALID_PARAM if the array does not hold exactly that value. */
export function setElement(view: TypedArray, index: number, value: unknown, name: string): void {
  try {
    (view as unknown as unknown[])[index] = value;
  } catch {
    // A value of another type, such as a number for a bigint, is refused below.
  }
  if (Object.is(view[index], value)) return;
  const kind = viewTypeOf(view)?.name;
  throw new RewindError(
    "INVALID_PARAM",
    `expected ${name}[${index}] to be a value that an element of ${kind} can hold, got ${describe(value)}`,
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
