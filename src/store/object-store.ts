import { RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { type Id, type Kind, objectId } from "../object/id.ts";
import type { ReadObject } from "../object/state.ts";
import { ENSEMBLES } from "./ref-name.ts";

/** An object as a store gives it: verified against its id. */
export interface StoredObject {
  readonly kind: Kind;
  readonly body: Uint8Array;
}

/** Where objects live. Objects are immutable and named by their content. */
export interface ObjectStore {
  readonly hash: Hash;
  /** The object, verified; undefined if the store lacks it. Throws OBJECT_CORRUPT if it is damaged. */
  get(id: Id): Promise<StoredObject | undefined>;
  has(id: Id): Promise<boolean>;
  /**
   * The length of an object's body in bytes, as its record says: the body is neither read nor
   * verified.
   */
  size(id: Id): Promise<number | undefined>;
  /**
   * The record that a file of the store holds of an object, its checksum right, for a copy. `room`
   * gives memory of this length that it may be read into.
   */
  record?(id: Id, room?: Room): Promise<Uint8Array | undefined>;
  /** The ids that begin with these hexadecimal digits, at most `limit`, sorted. */
  withPrefix(prefix: string, limit: number): Promise<readonly Id[]>;
  /**
   * What a run that is being recorded has beyond what stays in the store, the run itself included:
   * these objects go when the recording goes on. Empty for any other run.
   */
  passing?(run: Id<"run">): readonly NewObject[];
  /** Begins to write. Objects can be read once they are committed. */
  writer(): Promise<ObjectWriter>;
}

/** Gives memory of this length for bytes that are about to be read. */
export type Room = (length: number) => Uint8Array;

/** Writes objects to a store. One writer belongs to one recording. */
export interface ObjectWriter {
  /** Takes an object, unless the store has it, and returns its id; `commit` makes it durable. */
  put<K extends Kind>(kind: K, body: Uint8Array): Id<K>;
  /** The bytes taken since the last commit. */
  readonly pendingBytes: number;
  /**
   * Makes everything put so far durable: once this returns, it survives a power cut. After a crash,
   * the tips tell a later process how far the recordings had come: all of them or none.
   */
  commit(...tips: readonly Tip[]): Promise<void>;
  /**
   * Commits a tip together with the objects that only it needs: its run, and what that run has beyond
   * the objects put so far. They last until the next commit or mark takes their place, and are not
   * part of what the writer leaves in the store. A store that no other process reads has no marks.
   */
  mark?(tip: Tip, objects: readonly NewObject[]): Promise<void>;
  /** Commits, writes the final form, and ends the writer. */
  close(): Promise<void>;
  /**
   * Ends the writer and drops objects that were not committed with a tip. Returns whether something
   * is left, as after a crash.
   */
  abandon(): Promise<boolean>;
}

/** An object that is not stored yet. */
export interface NewObject extends StoredObject {
  readonly id: Id;
}

/** How far a recording has come: the run as it would be if it ended here, and its branch. */
export interface Tip {
  /** The ref that will name the run, such as `refs/heads/main`, if any. */
  readonly ref: string | undefined;
  /** The body of the run object; of the ensemble, if the ref is that of one. */
  readonly run: Uint8Array;
}

/** What the ref of a tip names. */
export function tipKind(ref: string | undefined): "run" | "ensemble" {
  return ref?.startsWith(ENSEMBLES) === true ? "ensemble" : "run";
}

/** Reads bodies of objects that must exist and be of the given kind. */
export function objectReader(store: ObjectStore): ReadObject {
  return async (kind, id) => {
    const body = await readIfThere(store, kind, id);
    if (body === undefined) throw missing(kind, id);
    return body;
  };
}

/** The body of an object of this kind; undefined if the store lacks it. Throws OBJECT_INVALID. */
export async function readIfThere<K extends Kind>(
  store: ObjectStore,
  kind: K,
  id: Id<K>,
): Promise<Uint8Array | undefined> {
  const object = await store.get(id);
  if (object === undefined || object.kind === kind) return object?.body;
  throw new RewindError(
    "OBJECT_INVALID",
    `expected ${id} to be a ${kind}, it is a ${object.kind}`,
    { kind, id },
  );
}

/** The error for a missing object. */
export function missing(kind: Kind, id: Id): RewindError {
  return new RewindError("OBJECT_MISSING", `the ${kind} ${id} is not in the store`, {
    kind,
    id,
  });
}

/** Checks that a body has the id that it is stored under. Throws OBJECT_CORRUPT. */
export function verifyObject(
  hash: Hash,
  id: Id,
  kind: Kind,
  body: Uint8Array,
  where: string,
): void {
  const actual = objectId(hash, kind, body);
  if (actual === id) return;
  throw new RewindError(
    "OBJECT_CORRUPT",
    `expected ${kind} ${id}, got one with the id ${actual} ${where}`,
    {
      id,
      kind,
      actual,
    },
  );
}
