import { isRewindError, RewindError } from "../base/errors.ts";
import type { OptionKinds } from "../base/options.ts";
import { MOST_NAMED, someOf } from "../base/some-of.ts";
import { peel } from "../history/resolve.ts";
import { objectsOf } from "../object/closure.ts";
import type { Id } from "../object/id.ts";
import { decodeRun } from "../object/run.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";
import type { PackRef, RefValue, Remote } from "./remote.ts";

/**
 * Where packs wait until everything in them is checked: nothing that arrives is part of the store
 * before.
 */
export interface Quarantine {
  /** Whether a pack is here from an earlier transfer, in the store or still waiting. */
  has(pack: PackRef): Promise<boolean>;
  /**
   * Takes the bytes of a pack: its hash, its records and the id of each object are checked. Throws
   * REMOTE_INVALID.
   */
  take(pack: PackRef, bytes: Uint8Array): Promise<void>;
  /** The store with what is waiting. */
  readonly view: ObjectStore;
  /** Lets other work of the process run. Throws INTERRUPTED. */
  breathe(): Promise<void>;
  /** Makes everything that is waiting part of the store. */
  publish(): Promise<void>;
}

/** How a fetch is done. */
export interface FetchOptions {
  /** Whether checkpoints come as well. If it is not given, they do up to `thinFromBytes`. */
  readonly full?: boolean | undefined;
  /** If the checkpoints take more bytes than this, they stay where they are. */
  readonly thinFromBytes: number;
  /** A fetch of more bytes is refused. */
  readonly limitBytes: number;
  /** The hashes of packs whose objects the store has, however they came. */
  readonly here?: ReadonlySet<string> | undefined;
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?:
    | ((received: { readonly bytes: number; readonly total: number }) => void)
    | undefined;
}

/** What those may be. */
export const FETCH_OPTIONS: OptionKinds<FetchOptions> = {
  full: "flag",
  thinFromBytes: "limit",
  limitBytes: "limit",
  here: "object",
  dryRun: "flag",
  signal: "signal",
  onProgress: "function",
};

/** What a fetch brings or brought. */
export interface Received {
  readonly objects: number;
  readonly bytes: number;
  /** The bytes of checkpoints that were left out. */
  readonly leftOutBytes: number;
  /** The hashes of the packs that came. */
  readonly packs: readonly string[];
}

/**
 * Receives the packs that these values of refs need and that are not here yet, checks all of it,
 * and makes it part of the store. A fetch that is cut can be repeated: it goes on with the packs
 * that have not arrived. Throws REMOTE_INVALID, REMOTE_LOST, REMOTE_TOO_LARGE.
 */
export async function receive(
  store: ObjectStore,
  quarantine: Quarantine,
  remote: Remote,
  values: ReadonlyMap<string, RefValue>,
  options: FetchOptions,
): Promise<Received> {
  const wanted = new Map<string, PackRef>();
  for (const { packs } of values.values()) {
    for (const pack of packs) {
      if (options.here?.has(pack.hash) || (await quarantine.has(pack))) continue;
      wanted.set(pack.hash, pack);
    }
  }
  const all = [...wanted.values()];
  const checkpoints = all.filter(({ holds }) => holds === "checkpoints");
  const full = options.full ?? bytesOf(checkpoints) <= options.thinFromBytes;
  const packs = full ? all : all.filter(({ holds }) => holds === "base");
  const total = bytesOf(packs);
  if (total > options.limitBytes) {
    throw new RewindError(
      "REMOTE_TOO_LARGE",
      `expected at most ${options.limitBytes} bytes from ${remote.url}, it has ${total}`,
      { bytes: total, limit: options.limitBytes, setting: "fetch.limit" },
    );
  }
  const leftOut = new Set(full ? [] : checkpoints);
  const received = (): Received => {
    const came = packs.filter((pack) => !leftOut.has(pack));
    return {
      objects: came.reduce((sum, pack) => sum + pack.objects, 0),
      ...{ bytes: bytesOf(came), leftOutBytes: bytesOf([...leftOut]) },
      packs: came.map(({ hash }) => hash),
    };
  };
  if (options.dryRun) return received();
  let bytes = 0;
  for (const pack of packs) {
    await quarantine.breathe();
    if (options.signal?.aborted) throw new RewindError("INTERRUPTED", "interrupted");
    try {
      await quarantine.take(pack, await remote.readPack(pack));
    } catch (error) {
      if (!isRewindError(error, "REMOTE_INVALID")) throw error;
      const loss = await lossOf(remote, values, packs, error);
      // Nobody has asked for checkpoints: a replay gives them.
      if (loss?.derivable !== true || options.full === true) throw loss?.error ?? error;
      leftOut.add(pack);
      continue;
    }
    bytes += pack.bytes;
    options.onProgress?.({ bytes, total });
  }
  for (const [name, { target }] of values) {
    await checkConnected({ name, target }, quarantine, store, remote.url);
  }
  await quarantine.publish();
  return received();
}

/** REMOTE_LOST, if packs that were to come are no longer there. */
async function lossOf(
  remote: Remote,
  values: ReadonlyMap<string, RefValue>,
  wanted: readonly PackRef[],
  cause: unknown,
): Promise<{ readonly error: RewindError; readonly derivable: boolean } | undefined> {
  const lost = await remote.lost(wanted);
  if (lost.length === 0) return undefined;
  const gone = new Set(lost.map(({ hash }) => hash));
  const names = [...values]
    .filter(([, { packs }]) => packs.some(({ hash }) => gone.has(hash)))
    .map(([name]) => name.replace(/^heads\//, ""));
  const derivable = lost.every(({ holds }) => holds === "checkpoints");
  const error = new RewindError(
    "REMOTE_LOST",
    `${remote.url} has lost packs of ${someOf(names)}: ${lost.length} of ${wanted.length} to be fetched`,
    { url: remote.url, refs: names.slice(0, MOST_NAMED), lost: lost.length, derivable },
    { cause },
  );
  return { error, derivable };
}

function bytesOf(packs: readonly PackRef[]): number {
  return packs.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Checks that everything that a target needs is there and of the right kind; checkpoints and the
 * source of programs may be missing. What the store had before was checked when it came.
 */
async function checkConnected(
  { name, target }: { readonly name: string; readonly target: Id },
  { view, breathe }: Quarantine,
  store: ObjectStore,
  url: string,
): Promise<void> {
  const where = `${url} ${name}`;
  try {
    const read = objectReader(view);
    const run = await peel(view, target);
    if (run !== target && !name.startsWith("tags/")) {
      throw new RewindError("REMOTE_INVALID", `${where} names a tag, expected a run`, {
        ref: name,
      });
    }
    const manifest = decodeRun(await read("run", run));
    const skip = (id: Id): Promise<boolean> => store.has(id);
    for await (const needed of objectsOf(manifest, read, { skip, checkpoints: false })) {
      await breathe();
      if (!needed.optional) await read(needed.kind, needed.id);
    }
  } catch (cause) {
    if (!isRewindError(cause, "OBJECT_MISSING", "OBJECT_INVALID", "TOO_LONG")) throw cause;
    throw new RewindError(
      "REMOTE_INVALID",
      `${where} is not complete: ${cause.message}`,
      cause.data,
      {
        cause,
      },
    );
  }
}
