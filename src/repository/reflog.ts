import { RewindError } from "../base/errors.ts";
import { reflog as history } from "../history/operations.ts";
import { loggedRef, peel, resolve } from "../history/resolve.ts";
import { parseRevision } from "../history/revision.ts";
import type { Id } from "../object/id.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";

/** A run that a ref has named. */
export interface NamedRun {
  /** A revision that names the run now: `main@{0}` is the run that main names. */
  readonly revision: string;
  /** When the ref began to name it, in ISO 8601. */
  readonly time: string;
  /** The command that changed the ref. */
  readonly command: string;
  readonly run: Id<"run">;
  /** The steps of the run; undefined if it is not in the store. */
  readonly steps: number | undefined;
}

/**
 * The runs that a branch, a tag or HEAD has named, the latest first, at most `limit`, and their
 * number without the limit. Throws UNKNOWN_REVISION, and INVALID_REVISION if `name` is not the name
 * of a ref.
 */
export async function reflog(
  store: ObjectStore,
  refs: RefStore,
  name: string,
  limit: number,
): Promise<{ readonly entries: readonly NamedRun[]; readonly total: number }> {
  const ref = await refOf(store, refs, name);
  const named = (await history(refs, ref)).filter(({ to }) => to !== undefined);
  const entries = await Promise.all(
    named.slice(0, limit).map(async ({ time, command, to }, n) => {
      const run = await peel(store, to as Id);
      const isHere = await store.has(run);
      const steps = isHere ? (await resolve(store, refs, run)).run.steps : undefined;
      return { revision: `${name}@{${n}}`, time, command, run, steps };
    }),
  );
  return { entries, total: named.length };
}

async function refOf(store: ObjectStore, refs: RefStore, name: string): Promise<string> {
  const { ago, step } = parseRevision(name);
  const isWhole = ago === undefined && step === undefined;
  const ref = isWhole ? await loggedRef(refs, name) : undefined;
  if (ref !== undefined) return ref;
  if (isWhole) await resolve(store, refs, name);
  throw new RewindError(
    "INVALID_REVISION",
    `expected a branch, a tag or HEAD, got ${JSON.stringify(name)}`,
    { revision: name, part: name, ref: true },
  );
}
