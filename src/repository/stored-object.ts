import { count } from "../base/count.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import { checkKind } from "../base/options.ts";
import { withData } from "../base/with-data.ts";
import { resolve } from "../history/resolve.ts";
import { decodeObject } from "../object/any.ts";
import type { Id, Kind } from "../object/id.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";

/** An object of a store. */
export interface StoredObject {
  readonly id: Id;
  readonly kind: Kind;
  /** Its bytes, verified, before they are decoded. */
  readonly body: Uint8Array;
  /**
   * What the bytes say: the fields of the object by their names, the text of a chunk, or its bytes if
   * it is not text. `toJson` makes JSON of it. Throws OBJECT_INVALID.
   */
  content(): unknown;
}

/** The object whose id begins with these digits, or the run that a revision names. */
export async function readObject(
  store: ObjectStore,
  refs: RefStore,
  text: string,
): Promise<StoredObject> {
  const id = await idOf(store, refs, text);
  const object = await store.get(id);
  if (object === undefined) throw new RewindError("OBJECT_MISSING", `expected ${id}, found none`);
  const { kind, body } = object;
  return { id, kind, body, content: () => contentOf(kind, body) };
}

/** More ids with one prefix than this are not counted. */
const MOST_MATCHES = 1_000;

async function idOf(store: ObjectStore, refs: RefStore, text: string): Promise<Id> {
  checkKind(text, "an id", "text");
  const prefix = text.toLowerCase();
  const isPrefix = /^[0-9a-f]{4,64}$/.test(prefix);
  const found = isPrefix ? await store.withPrefix(prefix, MOST_MATCHES) : [];
  const [id, ...others] = found;
  if (id === undefined) return runNamed(store, refs, text, isPrefix);
  if (others.length === 0) return id;
  throw new RewindError(
    "AMBIGUOUS_ID",
    `${text} is the beginning of ${count(found.length)} objects' ids`,
    {
      prefix,
      matches: found,
    },
  );
}

/** The run that a revision names; digits that lead to no object may have been meant as an id. */
async function runNamed(
  store: ObjectStore,
  refs: RefStore,
  text: string,
  isPrefix: boolean,
): Promise<Id> {
  try {
    return (await resolve(store, refs, text)).id;
  } catch (error) {
    if (!isPrefix || !isRewindError(error, "UNKNOWN_REVISION")) throw error;
    const message = `there is no object whose id begins with ${text}, and no run of that name`;
    throw withData(error, {}, message);
  }
}

/** A chunk as text if it is text, such as the source of a program; anything else by its fields. */
function contentOf(kind: Kind, body: Uint8Array): unknown {
  if (kind !== "chunk") return decodeObject(kind, body);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return body;
  }
}
