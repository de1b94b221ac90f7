import { concatBytes, equalBytes, toHex } from "../base/bytes.ts";
import { count } from "../base/count.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import { Cursor, DECODE_LIMITS } from "../codec/cbor/cursor.ts";
import { MAJOR } from "../codec/cbor/writer.ts";
import { chunks } from "../codec/chunk.ts";
import type { Hash } from "../codec/hash.ts";
import { decodeBody, encodeBody, type Fields, idBytes, longestBody } from "./body.ts";
import { type Id, type Kind, objectId } from "./id.ts";

/** Writes an object, and returns its id. */
export type PutObject = <K extends Kind>(kind: K, body: Uint8Array) => Id<K>;

/** Reads the body of an object that must be there. */
export type ReadObject = <K extends Kind>(kind: K, id: Id<K>) => Promise<Uint8Array>;

/**
 * A ref to an encoded state: the encoding itself if it is short, otherwise the id of its object.
 */
export type StateRef = { readonly inline: Uint8Array } | { readonly id: Id<"state"> };

/** Encodings of at most this many bytes are stored in the timeline itself. */
const INLINE_BYTES = 32;
/** Encodings of more bytes than this are split into chunks. */
const WHOLE_BYTES = 65_536;

/** The kinds whose objects hold an encoding, whole or in chunks. */
export type ContentKind = "state" | "params";

/** Stores an encoded state and returns a ref to it. */
export function putState(encoded: Uint8Array, put: PutObject): StateRef {
  return encoded.length <= INLINE_BYTES
    ? { inline: encoded }
    : { id: putContent("state", encoded, put) };
}

/** Stores an encoding as an object; a long one in chunks, which other objects can share. */
export function putContent<K extends ContentKind>(
  kind: K,
  encoded: Uint8Array,
  put: PutObject,
): Id<K> {
  if (encoded.length <= WHOLE_BYTES) return put(kind, encodeBody(kind, [encoded]));
  const ids = chunks(encoded).map((chunk) => idBytes(put("chunk", chunk)));
  return put(kind, encodeBody(kind, [encoded.length, ids]));
}

/** What `putState` would return, without writing anything. */
export function stateRef(encoded: Uint8Array, hash: Hash): StateRef {
  return putState(encoded, (kind, body) => objectId(hash, kind, body));
}

/** The encoded state that `ref` names. Throws OBJECT_MISSING, OBJECT_CORRUPT or OBJECT_INVALID. */
export async function readState(ref: StateRef, readObject: ReadObject): Promise<Uint8Array> {
  return "inline" in ref ? ref.inline : readContent("state", ref.id, readObject);
}

/** The encoding that an object holds. Throws OBJECT_MISSING, OBJECT_CORRUPT or OBJECT_INVALID. */
export async function readContent<K extends ContentKind>(
  kind: K,
  id: Id<K>,
  readObject: ReadObject,
): Promise<Uint8Array> {
  return contentBytes(kind, id, decodeContent(kind, await readObject(kind, id)), readObject);
}

/** The encoding in decoded content; reads its chunks. Throws as `readContent` does. */
export async function contentBytes<K extends ContentKind>(
  kind: K,
  id: Id<K>,
  content: StateContent,
  get: ReadObject,
): Promise<Uint8Array> {
  if ("encoded" in content) return content.encoded;
  const invalid = (problem: string): RewindError =>
    new RewindError("OBJECT_INVALID", `expected the chunks of ${kind} ${id} to hold ${problem}`, {
      id,
    });
  const { chunks, length } = content;
  if (length > DECODE_LIMITS.bytes) {
    throw invalid(`at most ${count(DECODE_LIMITS.bytes)} bytes, it declares ${count(length)}`);
  }
  const parts: Uint8Array[] = [];
  let got = 0;
  for (const chunk of chunks) {
    parts.push(await get("chunk", chunk));
    got += (parts.at(-1) as Uint8Array).length;
    // A chunk may be listed many times, so reading stops at the declared length.
    if (got > length) throw invalid(`${count(length)} bytes, got more`);
  }
  if (got === length) return concatBytes(parts);
  throw invalid(`${count(length)} bytes, got ${count(got)}`);
}

/** The content of an object of these kinds: the encoding, or its length and the ids of its chunks. */
export type StateContent =
  | { readonly encoded: Uint8Array }
  | { readonly length: number; readonly chunks: readonly Id<"chunk">[] };

/** Reads the body of a state object. */
export function decodeState(body: Uint8Array): StateContent {
  return decodeContent("state", body);
}

/** Reads the body of an object that holds an encoding. */
export function decodeContent(kind: ContentKind, body: Uint8Array): StateContent {
  const content = contentIn(kind, body);
  if (content !== undefined) return content;
  return decodeBody(
    kind,
    body,
    (fields): StateContent => {
      fields.expectLength(1, 2);
      if (fields.length === 1) return { encoded: fields.bytes() };
      return {
        length: fields.integer(),
        chunks: fields.list((chunk) => chunk.id<"chunk">()),
      };
    },
    (content) =>
      "encoded" in content ? [content.encoded] : [content.length, content.chunks.map(idBytes)],
  );
}

/**
 * The content of a body that has the form of one. Read directly, because each `get` reads a state,
 * and because millions of ids would take a hundred times as much memory as values.
 */
function contentIn(kind: ContentKind, body: Uint8Array): StateContent | undefined {
  try {
    const cursor = new Cursor(body, { ...DECODE_LIMITS, bytes: longestBody(kind) });
    const parts = read(cursor, MAJOR.ARRAY);
    if (parts === 1) {
      read(cursor, MAJOR.BYTES);
      const at = cursor.skip(0);
      cursor.end();
      return { encoded: new Uint8Array(body.subarray(at)) };
    }
    if (parts !== 2) return undefined;
    const length = read(cursor, MAJOR.UNSIGNED);
    const count = read(cursor, MAJOR.ARRAY);
    const chunks: Id<"chunk">[] = [];
    while (chunks.length < count) {
      if (read(cursor, MAJOR.BYTES) !== ID_BYTES) return undefined;
      const at = cursor.skip(0);
      chunks.push(toHex(body.subarray(at, cursor.at)) as Id<"chunk">);
    }
    cursor.end();
    return { length, chunks };
  } catch (error) {
    // What is wrong with it is said where any body is decoded.
    if (isRewindError(error, "INVALID_ENCODING")) return undefined;
    throw error;
  }
}

const ID_BYTES = 32;

/** The argument of the next head, which must be of this type. */
function read(cursor: Cursor, major: number): number {
  cursor.expect(major, "another type");
  return cursor.integer(MAJOR.UNSIGNED, 0);
}

/** Whether two refs name the same encoding. */
export function sameState(a: StateRef, b: StateRef): boolean {
  if ("inline" in a) return "inline" in b && equalBytes(a.inline, b.inline);
  return "id" in b && a.id === b.id;
}

/** A state ref as stored in a body: the encoding, or its id as an array of one. */
export function formatStateRef(ref: StateRef): unknown {
  return "inline" in ref ? ref.inline : [idBytes(ref.id)];
}

/** Reads a state ref from a body. */
export function parseStateRef(fields: Fields): StateRef {
  const value = fields.raw();
  if (value instanceof Uint8Array && value.length > 0 && value.length <= INLINE_BYTES)
    return { inline: value };
  if (
    Array.isArray(value) &&
    value.length === 1 &&
    value[0] instanceof Uint8Array &&
    value[0].length === 32
  ) {
    return { id: toHex(value[0]) as Id<"state"> };
  }
  throw new RewindError(
    "OBJECT_INVALID",
    "not a valid state in a run or a tile: expected 1 to 32 bytes, or an array of one id",
  );
}
