import { peel } from "../history/resolve.ts";
import type { Id } from "../object/id.ts";
import { Lineage } from "../remote/lineage.ts";
import { missing, type ObjectStore } from "../store/object-store.ts";
import { conflictIn, type RefConflict } from "../store/ref-conflict.ts";
import { HEADS, isRefName, nextArchiveName } from "../store/ref-name.ts";
import { RefSpace } from "../store/ref-space.ts";
import type { RefStore } from "../store/ref-store.ts";

/** A ref that two sides of a merge by Git have changed. */
export interface ConflictedRef extends RefConflict {
  /** Its full name, such as `refs/heads/main`. */
  readonly ref: string;
}

/** How a conflict was settled. */
export interface SettledRef {
  readonly ref: string;
  /** What it names now: ours, or theirs if that continues ours. */
  readonly target: Id;
  /** The new name of theirs; undefined if one of the two has all steps of the other. */
  readonly other: string | undefined;
}

/** The refs that Git could not merge, sorted by name. */
export async function conflictedRefs(refs: RefStore): Promise<readonly ConflictedRef[]> {
  return (await refs.list("refs/")).flatMap(({ name, target }) => {
    const conflict = conflictIn(target);
    return conflict === undefined ? [] : { ref: name, ...conflict };
  });
}

/**
 * Settles the refs that Git could not merge, and loses nothing: if the run of one side has all steps
 * of the other, the ref names it; otherwise the ref stays at ours, and theirs gets a free name. Throws
 * OBJECT_MISSING if the store lacks one of them.
 */
export async function settleRefs(
  store: ObjectStore,
  refs: RefStore,
): Promise<readonly SettledRef[]> {
  const settled: SettledRef[] = [];
  for (const { ref, ours, theirs } of await conflictedRefs(refs)) {
    const text = (await refs.read(ref)) as string;
    const target = await sideThatHasBoth(store, ours, theirs);
    const other = target === undefined ? await nameOfTheirs(refs, ref, theirs) : undefined;
    const kept =
      other === undefined || (await refs.read(other)) === theirs
        ? []
        : [{ name: other, from: undefined, to: theirs }];
    // Theirs has a name before the ref loses it. Undo has nothing to do with it.
    const changes = [...kept, { name: ref, from: text, to: target ?? ours }];
    await refs.update(changes, "doctor --settle", { logged: false });
    settled.push({ ref, target: target ?? ours, other });
  }
  return settled;
}

/** The side whose run has all steps of the other's; undefined if neither has. */
async function sideThatHasBoth(store: ObjectStore, ours: Id, theirs: Id): Promise<Id | undefined> {
  const lineage = new Lineage(store);
  const [a, b] = [await peel(store, ours), await peel(store, theirs)];
  for (const run of [a, b])
    if ((await lineage.manifest(run)) === undefined) throw missing("run", run);
  // A tag stays on its run, and has its own message.
  if (a !== ours || b !== theirs) return undefined;
  if ((await lineage.continues(a, b)) || (await lineage.sameSteps(a, b))) return ours;
  if (await lineage.continues(b, a)) return theirs;
  return undefined;
}

/** A free name for theirs, or one that it has from a settlement that was cut short. */
async function nameOfTheirs(refs: RefStore, ref: string, theirs: Id): Promise<string> {
  if (ref.startsWith("refs/archive/")) {
    return nextArchiveName(refs, ref.replace("refs/archive/", HEADS).replace(/\/\d+$/, ""));
  }
  const space = new RefSpace(await refs.names("refs/"));
  for (let n = 1; ; n++) {
    const name = `${ref}-theirs${n === 1 ? "" : `-${n}`}`;
    if ((await refs.read(name)) === theirs) return name;
    if (isRefName(name) && !space.isTaken(name) && space.conflict(name) === undefined) return name;
    if (!isRefName(name)) return nextArchiveName(refs, `${HEADS}theirs`);
  }
}
