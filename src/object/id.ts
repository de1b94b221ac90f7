import { toHex } from "../base/bytes.ts";
import type { Hash } from "../codec/hash.ts";

/** The kinds of object, in the order of their numbers in packs and artifacts. */
export const KINDS = [
  "chunk",
  "state",
  "tile",
  "program",
  "seeds",
  "run",
  "tag",
  "params",
  "observed",
  "summary",
  "ensemble",
  "rows",
  "results",
] as const;

/** What an object is. */
export type Kind = (typeof KINDS)[number];

declare const kindOfId: unique symbol;

/** The name of an object: 64 hexadecimal digits, the hash of its kind, length and body. */
export type Id<K extends Kind = Kind> = string & { readonly [kindOfId]: K };

/** The id of the object of this kind with this body: SHA-256 of `"<kind> <length>\0"` + body. */
export function objectId<K extends Kind>(hash: Hash, kind: K, body: Uint8Array): Id<K> {
  const head = `${kind} ${body.length}\0`;
  const length = head.length + body.length;
  const bytes = length <= ROOM.length ? ROOM.subarray(0, length) : new Uint8Array(length);
  for (let i = 0; i < head.length; i++) bytes[i] = head.charCodeAt(i);
  bytes.set(body, head.length);
  return toHex(hash(bytes)) as Id<K>;
}

/** Room for most objects with their heads, used within one call. */
const ROOM = new Uint8Array(1 << 16);

/** Whether `text` has the form of an id. */
export function isId(value: unknown): value is Id {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

/** The first twelve digits of an id, or of another hash, enough to recognise it by. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
