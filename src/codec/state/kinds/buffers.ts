import { equalBytes, fromHex } from "../../../base/bytes.ts";
import { describe } from "../../../base/checks.ts";
import { count as grouped } from "../../../base/count.ts";
import { RewindError } from "../../../base/errors.ts";
import { invalid } from "../../cbor/cursor.ts";
import { formatPath, type Path } from "../../path/format.ts";
import type { Comparer, Spot } from "../difference.ts";
import { TAG } from "../tags.ts";
import { type TypedArray, VIEW_TYPES, type ViewType } from "../views.ts";
import { compareElements } from "./array.ts";
import { formOf, type JsonForm, type QuickLook, type StateKind } from "./kind.ts";

export const ARRAY_BUFFER: StateKind<ArrayBuffer> = {
  name: "ArrayBuffer",
  prototype: ArrayBuffer.prototype,
  tag: TAG.ARRAY_BUFFER,
  isGenuine(value) {
    try {
      return byteLengthOf.call(value) >= 0;
    } catch {
      return false;
    }
  },

  write: (buffer, out) => out.check(out.buffers.writeBuffer(buffer)),
  read: (input) => input.buffers.held(input.built(input.byteString().buffer)),

  compare(a, b, comparer, spot) {
    if (equalBytes(new Uint8Array(a), new Uint8Array(b))) comparer.equal++;
    else comparer.add(spot, a, b);
  },

  surelyEqual: (a, b) => a.byteLength === b.byteLength && equalWords(a, b),

  toJson: (buffer, out) => ({ $buffer: out.hex(new Uint8Array(buffer)) }),
  form: formOf("$buffer", (hex) => (isHex(hex) ? { is: bufferOf(hex) } : undefined)),
  jsonLength: hexLength,
};

/** Other views that share their buffer, or show only a part of it, have this tag too. */
export const DATA_VIEW: StateKind<DataView> = {
  name: "DataView",
  prototype: DataView.prototype,
  tag: TAG.VIEW,
  isGenuine: ArrayBuffer.isView,

  write: (view, out) => out.check(out.buffers.writeView(view, typeNamed("DataView"))),
  read: (input, depth, start) => input.buffers.readView(input, depth, start) as DataView,

  compare(a, b, comparer, spot) {
    if (equalBytes(bytesOf(a), bytesOf(b))) comparer.equal++;
    else comparer.add(spot, a, b);
    compareBuffers(a, b, comparer, spot);
  },
  surelyEqual: surelyEqualViews,

  toJson: (view, out) => ({ $view: out.hex(bytesOf(view)) }),
  form: formOf("$view", (hex) => (isHex(hex) ? { is: new DataView(bufferOf(hex)) } : undefined)),
  jsonLength: hexLength,
};

const TYPED_FORM: JsonForm = {
  keys: ["$typed", "values"],
  read({ $typed: name, values }, readValue) {
    const type = VIEW_TYPES.find((candidate) => candidate.name === name && candidate.number !== 0);
    if (type === undefined || !Array.isArray(values)) return undefined;
    const array = type.build(new ArrayBuffer(values.length * type.elementBytes), 0, values.length);
    values.forEach((item: unknown, i) => {
      const element = readValue(item);
      const target = array as unknown as unknown[];
      const fits = typeof element === (type.isBig ? "bigint" : "number");
      if (fits) target[i] = element;
      if (fits && (Object.is(target[i], element) || type.name === "Float32Array")) return;
      throw new RewindError(
        "INVALID_ARGUMENT",
        `expected an element of ${type.name} at values[${i}], got ${describe(element)}`,
        { value: element },
      );
    });
    return { is: array };
  },
};

/** A kind for every type of typed array. */
export const TYPED_ARRAYS: readonly StateKind<TypedArray>[] = VIEW_TYPES.filter(
  (type) => type.number !== 0,
).map(typedArrayKind);

function typedArrayKind(type: ViewType): StateKind<TypedArray> {
  return {
    name: type.name,
    prototype: type.prototype,
    // A Uint8Array is a bare byte string.
    tag: type.number === 64 ? undefined : type.number,
    isGenuine: ArrayBuffer.isView,

    write: (array, out) => out.check(out.buffers.writeView(array, type)),
    read(input, _, start) {
      const { buffer } = input.byteString();
      const length = buffer.byteLength / type.elementBytes;
      if (Number.isInteger(length)) return input.built(type.build(buffer, 0, length) as TypedArray);
      const got = `${grouped(buffer.byteLength)} bytes`;
      throw invalid(`whole elements of a ${type.name}`, got, start);
    },

    compare(a, b, comparer, spot) {
      compareElements(a, b, comparer, spot);
      compareBuffers(a, b, comparer, spot);
    },
    surelyEqual: surelyEqualViews,

    toJson: (array, out) => ({
      $typed: type.name,
      values: out.list(array as Iterable<unknown>, (item) => out.value(item)),
    }),
    form: TYPED_FORM,
    jsonLength: ({ length }) =>
      length * (type.isFloat ? 20 : 2 + Math.ceil(2.4 * type.elementBytes)) + 40,

    steps: (array) => array.length,
    find: (array, step) =>
      typeof step === "number" && step < array.length ? { is: array[step] } : undefined,
    put(array, step, next, path) {
      if (typeof step !== "number" || step >= array.length) return false;
      checkElement(array, next, path);
      array[step] = next as never;
      return true;
    },
  };
}

function typeNamed(name: string): ViewType {
  return VIEW_TYPES.find((type) => type.name === name) as ViewType;
}

/** Compares which buffers two views show, and which part of them. */
function compareBuffers(
  a: ArrayBufferView,
  b: ArrayBufferView,
  comparer: Comparer,
  spot: Spot,
): void {
  const within = (view: ArrayBufferView) =>
    `bytes at offset ${view.byteOffset} of a buffer of ${view.buffer.byteLength}`;
  if (a.byteLength === b.byteLength && within(a) !== within(b)) {
    comparer.add(spot, within(a), within(b), { about: "buffer" });
  }
  comparer.compareSharing(a.buffer, b.buffer, spot);
}

/** Whether two views show the same part of buffers that are equal throughout. */
function surelyEqualViews(a: ArrayBufferView, b: ArrayBufferView, look: QuickLook): boolean {
  const isAlike = a.byteOffset === b.byteOffset && a.byteLength === b.byteLength;
  return isAlike && look.equal(a.buffer, b.buffer);
}

/** Whether two buffers of one length hold the same, compared four bytes at a time. */
function equalWords(a: ArrayBufferLike, b: ArrayBufferLike): boolean {
  const count = Math.floor(a.byteLength / 4);
  const [wordsA, wordsB] = [new Int32Array(a, 0, count), new Int32Array(b, 0, count)];
  for (let i = 0; i < count; i++) if (wordsA[i] !== wordsB[i]) return false;
  return equalBytes(new Uint8Array(a, 4 * count), new Uint8Array(b, 4 * count));
}

function checkElement(array: TypedArray, next: unknown, path: Path): void {
  const one = array.slice(0, 1);
  const isRightType = typeof next === typeof one[0];
  if (isRightType) one.fill(next as never);
  // A Float32Array rounds any number, but must not turn it into an infinity.
  const rounds = array instanceof Float32Array && Number.isFinite(one[0]) === Number.isFinite(next);
  if (isRightType && (Object.is(one[0], next) || rounds)) return;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected a value that an element of ${array.constructor.name} can hold for ${formatPath(path)}, got ${describe(next)}`,
    { path: formatPath(path), value: next },
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function hexLength({ byteLength }: { readonly byteLength: number }): number {
  return 2 * byteLength + 16;
}

function isHex(text: unknown): text is string {
  return typeof text === "string" && /^(?:[\da-f]{2})*$/i.test(text);
}

function bufferOf(hex: string): ArrayBuffer {
  return new Uint8Array(fromHex(hex)).buffer;
}

const byteLengthOf = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength")?.get as (
  this: unknown,
) => number;
