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

/** One type of typed array or view: its number in the encoding and how to build it. */
export interface ViewType {
  readonly name: string;
  /** The tag of RFC 8746 (little-endian); 0 for a DataView, which has no such tag. */
  readonly number: number;
  readonly elementBytes: number;
  readonly isFloat: boolean;
  readonly isBig: boolean;
  readonly prototype: object;
  build(buffer: ArrayBuffer, byteOffset: number, length: number): TypedArray | DataView;
}

/** Every view type. A Uint8Array is a bare byte string, and has its number in a VIEW only. */
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

/** The type of a genuine view: one whose prototype is that of its type. */
export function viewTypeOf(value: object): ViewType | undefined {
  return ArrayBuffer.isView(value) ? BY_PROTOTYPE.get(Object.getPrototypeOf(value)) : undefined;
}

/** Whether a value is a typed array, of this realm or another, or of a subclass. */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

const BY_PROTOTYPE: ReadonlyMap<unknown, ViewType> = new Map(
  VIEW_TYPES.map((type) => [type.prototype, type]),
);

/** The view types by their numbers. */
export const VIEW_TYPE_BY_NUMBER: ReadonlyMap<number, ViewType> = new Map(
  VIEW_TYPES.map((type) => [type.number, type]),
);

interface ViewConstructor {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): TypedArray | DataView;
  readonly name: string;
  readonly BYTES_PER_ELEMENT?: number;
  readonly prototype: object;
}

function viewType(number: number, View: ViewConstructor): ViewType {
  return {
    name: View.name,
    number,
    elementBytes: View.BYTES_PER_ELEMENT ?? 1,
    isFloat: View.name.startsWith("Float"),
    isBig: View.name.startsWith("Big"),
    prototype: View.prototype,
    build: (buffer, byteOffset, length) => new View(buffer, byteOffset, length),
  };
}
