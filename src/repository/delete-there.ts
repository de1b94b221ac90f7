import { isRewindError, RewindError } from "../base/errors.ts";
import type { OptionKinds } from "../base/options.ts";
import { someWords } from "../base/some-of.ts";
import { peel } from "../history/resolve.ts";
import { objectsOf } from "../object/closure.ts";
import type { Id } from "../object/id.ts";
import { decodeRun } from "../object/run.ts";
import { type PushRefusal, refusalOf, type SeenRef } from "../remote/push.ts";
import type { RefValue, Remote } from "../remote/remote.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";

/** How refs of a remote are deleted. */
export interface DeleteOptions {
  /** Whether one may be deleted whose run is not here, if the last fetch has seen it as it is. */
  readonly forceWithLease?: boolean | undefined;
  /** Deletes nothing; the result is what would be deleted. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const DELETE_OPTIONS: OptionKinds<DeleteOptions> = {
  ...{ forceWithLease: "flag", dryRun: "flag", signal: "signal" },
};

/** What became of a ref that was to be deleted. */
export interface DeletedRef {
  /** `heads/main`, `tags/v1`. */
  readonly name: string;
  /** What it named. */
  readonly before: Id;
  readonly outcome: "deleted" | "refused";
  /** Why it stays: `unknown` if this store lacks something of its run. */
  readonly reason?: PushRefusal | undefined;
}

/** The refs of a remote that these names mean: a branch, or else a tag. Throws REF_NOT_FOUND. */
export function refsNamed(
  names: readonly string[],
  present: ReadonlyMap<string, SeenRef>,
  remote: string,
): readonly string[] {
  return [...new Set(names)].map((name) => {
    const found = [`heads/${name}`, `tags/${name}`].find((ref) => present.has(ref));
    if (found !== undefined) return found;
    const known = [...present.keys()].map((ref) => ref.replace(/^(heads|tags)\//, ""));
    throw new RewindError("REF_NOT_FOUND", `${remote} has no branch and no tag ${name}`, {
      ...{ branch: name, names: [], ...someWords(known) },
    });
  });
}

/** Deletes refs of a remote, each unless that would lose something that only the remote has. */
export async function deleteThere(
  store: ObjectStore,
  remote: Remote,
  names: readonly string[],
  {
    present,
    leases,
    dryRun = false,
  }: {
    readonly present: ReadonlyMap<string, SeenRef>;
    /** What the last fetch has seen, if it is reason enough. */
    readonly leases: ReadonlyMap<string, Id>;
    readonly dryRun?: boolean | undefined;
  },
): Promise<readonly DeletedRef[]> {
  const results: DeletedRef[] = [];
  for (const name of names) {
    const { value, version } = present.get(name) as SeenRef;
    const about = { name, before: value.target };
    if (leases.get(name) !== value.target && !(await isHere(store, value))) {
      results.push({ ...about, outcome: "refused", reason: { kind: "unknown" } });
      continue;
    }
    const [done] = dryRun ? [] : await remote.swap([{ name, from: version, to: undefined }]);
    if (done === undefined || "version" in done) results.push({ ...about, outcome: "deleted" });
    else results.push({ ...about, outcome: "refused", reason: refusalOf(done) });
  }
  return results;
}

/** Whether a store has all of a ref's run that a replay does not give, and its code if that is there. */
async function isHere(store: ObjectStore, { target, code }: RefValue): Promise<boolean> {
  try {
    const read = objectReader(store);
    const manifest = decodeRun(await read("run", await peel(store, target)));
    for await (const { id, optional } of objectsOf(manifest, read, { checkpoints: false })) {
      if ((!optional || code) && !(await store.has(id))) return false;
    }
    return true;
  } catch (error) {
    if (isRewindError(error, "OBJECT_MISSING")) return false;
    throw error;
  }
}
