import { RewindError } from "../base/errors.ts";
import type { OptionKinds } from "../base/options.ts";
import { someWords } from "../base/some-of.ts";
import { peel } from "../history/resolve.ts";
import type { Id } from "../object/id.ts";
import { Lineage } from "../remote/lineage.ts";
import { withoutLost } from "../remote/lost.ts";
import type { ListedRef, RefValue } from "../remote/remote.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** What is looked for on a remote. */
export interface CheckRequest {
  /** The branches here. Every branch unless given. */
  readonly branches?: readonly string[] | undefined;
  /** Revisions of other runs. */
  readonly revisions?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const CHECK_REQUEST: OptionKinds<CheckRequest> = {
  branches: "texts",
  revisions: "texts",
  signal: "signal",
};

/** What a remote does not have. */
export interface Checked {
  /** The runs that it lacks, by the revisions that were asked for. */
  readonly missing: readonly MissingRun[];
  /** The refs that need packs which are gone or damaged: `push` sends them again. */
  readonly lost: readonly LostRef[];
}

/** A run that a remote lacks. */
export interface MissingRun {
  readonly revision: string;
  readonly run: Id<"run">;
}

/** A ref that needs packs which its remote has lost. */
export interface LostRef {
  /** `heads/main`, `tags/v1`. */
  readonly name: string;
  /** How many of its packs are gone, and how many it has in all. */
  readonly packs: number;
  readonly of: number;
  /** Whether only checkpoints are gone, which a replay gives as well. */
  readonly derivable: boolean;
}

/** Those of the runs that no ref of a remote leads to, of all that has not lost its packs. */
export async function missingOf(
  store: ObjectStore,
  wanted: readonly MissingRun[],
  values: ReadonlyMap<string, RefValue>,
  lost: ReadonlySet<string>,
): Promise<readonly MissingRun[]> {
  const there = [...values.values()].filter((value) => withoutLost(value, lost) !== undefined);
  const lineage = new Lineage(store);
  const has = async (run: Id<"run">): Promise<boolean> => {
    for (const { target } of there) {
      if (await lineage.comesFrom(await peel(store, target), run)) return true;
    }
    return false;
  };
  const missing: MissingRun[] = [];
  for (const each of wanted) if (!(await has(each.run))) missing.push(each);
  return missing;
}

/** The refs that need packs which are lost. */
export function lossesOf(
  values: ReadonlyMap<string, RefValue>,
  lost: ReadonlySet<string>,
): readonly LostRef[] {
  return [...values].flatMap(([name, value]): LostRef[] => {
    const gone = value.packs.filter(({ hash }) => lost.has(hash));
    if (gone.length === 0) return [];
    const derivable = gone.every(({ holds }) => holds === "checkpoints");
    return [{ name, packs: gone.length, of: value.packs.length, derivable }];
  });
}

/** Branches or tags of a remote, of all the refs that it lists. Throws REF_NOT_FOUND. */
export function refsIn(
  listed: readonly ListedRef[],
  names: readonly string[],
  remote: string,
): readonly ListedRef[] {
  return names.map((branch) => {
    const named = (kind: "heads" | "tags") =>
      listed.find(({ name }) => name === `${kind}/${branch}`);
    const found = named("heads") ?? named("tags");
    if (found !== undefined) return found;
    const known = listed.map(({ name }) => name.replace(/^(heads|tags)\//, ""));
    throw new RewindError("REF_NOT_FOUND", `${remote} has no branch and no tag ${branch}`, {
      ...{ branch, names: [], ...someWords(known) },
    });
  });
}
