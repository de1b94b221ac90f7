import { equalBytes, toHex } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import { decode } from "../codec/decode.ts";
import { encode } from "../codec/encode.ts";
import { type Fields, idBytes, unshared } from "./body.ts";
import type { Id } from "./id.ts";
import {
  contentBytes,
  decodeContent,
  type PutObject,
  putContent,
  type ReadObject,
  readContent,
} from "./state.ts";

/** The params of a segment by name. */
export type ParamValues = Readonly<Record<string, unknown>>;

/**
 * A ref to the params of a segment: the values themselves if they are short, otherwise an object's
 * id.
 */
export type ParamsRef = { readonly inline: ParamValues } | { readonly id: Id<"params"> };

/** Params whose encoding is longer than this are stored as an object, which all runs share. */
const INLINE_BYTES = 256;

/** Stores the params of a segment, and returns a ref to them. */
export function putParams(params: ParamValues, put: PutObject): ParamsRef {
  // Steps get frozen params, but being frozen is not part of the values.
  const plain = unshared(params) as ParamValues;
  const encoded = encode(plain, { root: "params" });
  if (encoded.length <= INLINE_BYTES) return { inline: plain };
  return { id: putContent("params", encoded, put) };
}

/** The values of params, a new copy each time. Throws OBJECT_MISSING, OBJECT_INVALID and the like. */
export async function readParams(ref: ParamsRef, readObject: ReadObject): Promise<ParamValues> {
  if ("inline" in ref) return unshared(ref.inline) as ParamValues;
  return parseValues(await readContent("params", ref.id, readObject));
}

/** Params that were read, or only measured. */
export interface ParamsRead {
  /** How many bytes their encoding takes. */
  readonly bytes: number;
  /** Undefined if the encoding is longer than the caller wants. */
  readonly values: ParamValues | undefined;
}

/**
 * The values of params whose encoding takes at most `most` bytes. For longer ones only the size;
 * their chunks are not read.
 */
export async function readShortParams(
  ref: ParamsRef,
  get: ReadObject,
  most: number,
): Promise<ParamsRead> {
  if ("inline" in ref) {
    return { bytes: encode(ref.inline).length, values: unshared(ref.inline) as ParamValues };
  }
  const content = decodeContent("params", await get("params", ref.id));
  const bytes = "encoded" in content ? content.encoded.length : content.length;
  if (bytes > most) return { bytes, values: undefined };
  return { bytes, values: parseValues(await contentBytes("params", ref.id, content, get)) };
}

/** Whether two refs name the same values. */
export function sameParams(a: ParamsRef, b: ParamsRef): boolean {
  if ("inline" in a) return "inline" in b && equalBytes(encode(a.inline), encode(b.inline));
  return "id" in b && a.id === b.id;
}

/** The content of a params object: its values, or the length of their encoding and its chunks. */
export type ParamsContent =
  | { readonly params: ParamValues }
  | { readonly length: number; readonly chunks: readonly Id<"chunk">[] };

/** Reads the body of a params object. Throws OBJECT_INVALID. */
export function decodeParams(body: Uint8Array): ParamsContent {
  const content = decodeContent("params", body);
  return "encoded" in content ? { params: parseValues(content.encoded) } : content;
}

/** The values that an encoding of params holds. Throws OBJECT_INVALID and INVALID_ENCODING. */
function parseValues(encoded: Uint8Array): ParamValues {
  const values = decode(encoded);
  if (!isRecord(values)) throw invalid("an object", "something else");
  if (encoded.length <= INLINE_BYTES)
    throw invalid(`over ${count(INLINE_BYTES)} bytes`, count(encoded.length));
  return values;
}

/** A ref as stored in a body: the values, or the id of their object. */
export function formatParamsRef(ref: ParamsRef): unknown {
  return "inline" in ref ? ref.inline : idBytes(ref.id);
}

/** Reads a ref from a body. */
export function parseParamsRef(fields: Fields): ParamsRef {
  const value = fields.raw();
  if (value instanceof Uint8Array && value.length === 32)
    return { id: toHex(value) as Id<"params"> };
  if (!isRecord(value)) throw invalid("an object, or an id", "something else");
  const { length } = encode(value);
  if (length <= INLINE_BYTES) return { inline: value };
  throw invalid(
    `a separate object for over ${count(INLINE_BYTES)} bytes`,
    `${count(length)} in a run`,
  );
}

function isRecord(value: unknown): value is ParamValues {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function invalid(expected: string, found: string): RewindError {
  return new RewindError("OBJECT_INVALID", `not valid params: expected ${expected}, got ${found}`);
}
