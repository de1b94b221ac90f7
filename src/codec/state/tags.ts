/**
 * The tags of the state encoding. Standard ones where they say exactly what is meant; the others
 * are private, from 0x52770001 ("Rw" in ASCII) on, clear of the ranges from 0x6c000000 to 0x7fffffff
 * that cbor-x takes for references to packed values.
 */
export const TAG = {
  /** A bigint from 0 on: big-endian bytes without leading zeros (RFC 8949). */
  POSITIVE_BIGINT: 2,
  /** The bigint -1 - n, with n as above (RFC 8949). */
  NEGATIVE_BIGINT: 3,
  /** Marks an object that occurs again later; marks are numbered in order of appearance. */
  SHARED: 28,
  /** The object with that mark. */
  REFERENCE: 29,
  /** A Set: an array of its members. */
  SET: 258,
  /** A Map: a CBOR map with keys of any type. */
  MAP: 259,
  /** A Date: whole milliseconds since 1970, or NaN. */
  DATE: 0x52770001,
  /** A string with lone surrogates: UTF-16, little-endian. */
  UTF16: 0x52770002,
  /** A plain object with keys that a CBOR map cannot carry: an array key, value, key, value, … */
  PAIRS: 0x52770003,
  /** An object without prototype: a map, or PAIRS. */
  NULL_PROTOTYPE: 0x52770004,
  /** An ArrayBuffer: its bytes. */
  ARRAY_BUFFER: 0x52770005,
  /** A DataView, or one of several views of a buffer: [type, buffer, byte offset, length]. */
  VIEW: 0x52770006,
  /** An instance of a class with a codec: [name, what the codec made of it]. */
  INSTANCE: 0x52770007,
  /** An object that is frozen, as Object.freeze does it; what it holds need not be. */
  FROZEN: 0x52770008,
  /** An object that is sealed and not frozen, as Object.seal does it. */
  SEALED: 0x52770009,
  /** An object that takes no new properties and is not sealed. */
  NOT_EXTENSIBLE: 0x5277000a,
} as const;

/** A typed array of any element type. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** One kind of typed array or view: its number in the encoding and how to build it. */
export interface ViewType {
  readonly name: string;
  /** The tag of RFC 8746 (little-endian); 0 for DataView, which has none. */
  readonly tag: number;
  readonly elementBytes: number;
  readonly prototype: object;
  build(buffer: ArrayBuffer, byteOffset: number, length: number): TypedArray | DataView;
}

/** Every view type; Uint8Array is a bare byte string, and 64 where a VIEW names its type. */
export const VIEW_TYPES: readonly ViewType[] = [
  viewType(64, Uint8Array),
  viewType(68, Uint8ClampedArray),
  viewType(69, Uint16Array),
  viewType(70, Uint32Array),
  viewType(71, BigUint64Array),
  viewType(72, Int8Array),
  viewType(77, Int16Array),
  viewType(78, Int32Array),
  viewType(79, BigInt64Array),
  viewType(85, Float32Array),
  viewType(86, Float64Array),
  viewType(0, DataView),
];

/** The type of a genuine view: one whose prototype is that of its kind. */
export function viewTypeOf(value: object): ViewType | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return VIEW_TYPES.find((type) => type.prototype === prototype);
}

/** The view types by their number. */
export const VIEW_TYPE_BY_TAG: ReadonlyMap<number, ViewType> = new Map(
  VIEW_TYPES.map((type) => [type.tag, type]),
);

interface ViewConstructor {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): TypedArray | DataView;
  readonly name: string;
  readonly BYTES_PER_ELEMENT?: number;
  readonly prototype: object;
}

function viewType(tag: number, View: ViewConstructor): ViewType {
  return {
    name: View.name,
    tag,
    elementBytes: View.BYTES_PER_ELEMENT ?? 1,
    prototype: View.prototype,
    build: (buffer, byteOffset, length) => new View(buffer, byteOffset, length),
  };
}
