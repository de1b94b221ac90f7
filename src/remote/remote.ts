import type { Id } from "../object/id.ts";

/** A pack of objects on a remote. */
export interface PackRef {
  /** SHA-256 of its bytes before the footer, in hexadecimal: its name. */
  readonly hash: string;
  readonly bytes: number;
  readonly objects: number;
  /**
   * What it holds: checkpoints, which a replay gives as well, or everything else that runs need.
   */
  readonly holds: "base" | "checkpoints";
}

/** What can be told of a run without receiving it. */
export interface RunSummary {
  /** The target, or the run that a tag names. */
  readonly run: Id;
  /** The runs that it came from, and at which step; at most 16. */
  readonly parents: readonly { readonly run: Id; readonly step: number }[];
  /** When it was recorded, ISO 8601. */
  readonly time?: string | undefined;
  /** The beginning of its message. */
  readonly message?: string | undefined;
}

/** What a ref of a remote says. */
export interface RefValue {
  /** The run or the tag that it names. */
  readonly target: Id;
  /** The steps of the run. */
  readonly steps: number;
  /** Whether the source of its programs is there. */
  readonly code: boolean;
  /** Whether its checkpoints are there: without them, a replay derives them. */
  readonly full: boolean;
  /** What the run is, as whoever pushed it says. */
  readonly about: RunSummary;
  /** The packs that together hold everything that the target needs. */
  readonly packs: readonly PackRef[];
}

/** A ref of a remote, as a listing gives it. */
export interface ListedRef {
  /** `heads/main`, `tags/v1`. */
  readonly name: string;
  /** Changes whenever the value does. */
  readonly version: string;
}

/** A change of one ref: its version now and its value from then on; undefined means absent. */
export interface RefSwap {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: RefValue | undefined;
}

/** What became of a swap: the new version, or why it was not made. */
export type Swapped =
  | { readonly version: string | undefined }
  /** Somebody else has changed the ref since. */
  | { readonly moved: true }
  /** The remote does not take it, for the reason that it gives. */
  | { readonly declined: string };

/**
 * Where runs are shared: refs, and the packs that hold what they name. Each transport implements
 * this. Data is written before the refs that need it, and refs change by compare-and-swap.
 */
export interface Remote {
  /** What messages call it; never with a password. */
  readonly url: string;
  /** Every ref, with one request if that is possible. Throws REMOTE_FAILED and the like. */
  list(): Promise<readonly ListedRef[]>;
  /** Whether it was ever pushed to, where that can be told; true elsewhere. */
  isMade?(): Promise<boolean>;
  /** The values of refs that `list` gave. Those that are gone by now are left out. */
  read(refs: readonly ListedRef[]): Promise<ReadonlyMap<string, RefValue>>;
  /** Whether the remote has this pack already, perhaps from a transfer that was cut. */
  has(pack: PackRef): Promise<boolean>;
  /**
   * Those of the packs that refs name which the remote has no more, or not in their length: somebody
   * has removed or damaged files there. From names and lengths alone, after `list`.
   */
  lost(packs: readonly PackRef[]): Promise<readonly PackRef[]>;
  /** The bytes of a pack that a ref names; not checked yet. Never more than it declares. */
  readPack(pack: PackRef): Promise<Uint8Array>;
  /** Writes a pack: it is there whole or not at all. */
  writePack(pack: PackRef, bytes: Uint8Array): Promise<void>;
  /** Changes refs, each by itself, after every pack that they name is there. */
  swap(changes: readonly RefSwap[]): Promise<readonly Swapped[]>;
  /**
   * Checks that of several writers only one can change a ref, if that depends on the server.
   * `unique` is a name that nobody else uses. Throws REMOTE_UNSUPPORTED.
   */
  probe?(unique: string): Promise<void>;
  close(): Promise<void>;
}
