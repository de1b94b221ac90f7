import type { Id } from "../object/id.ts";
import { RefSpace } from "../store/ref-space.ts";
import type { RefChange, RefStore } from "../store/ref-store.ts";

/** What a fetch did with a ref. */
export interface FetchedRef {
  /** `heads/main`, `tags/v1`. */
  readonly name: string;
  readonly target: Id;
  readonly before: Id | undefined;
  /** `kept` for a tag that names something else here. */
  readonly outcome: "new" | "moved" | "same" | "kept" | "conflict";
}

/** Makes the tracking refs name these targets, and makes tags that are not here yet. */
export async function track(
  refs: RefStore,
  remote: string,
  targets: ReadonlyMap<string, Id>,
  command: string,
  dryRun = false,
): Promise<readonly FetchedRef[]> {
  const space = new RefSpace(await refs.names("refs/"));
  const changes: RefChange[] = [];
  const tracked: FetchedRef[] = [];
  for (const [name, target] of targets) {
    const isTag = name.startsWith("tags/");
    const ref = isTag ? `refs/${name}` : trackingRef(remote, name.slice("heads/".length));
    const before = (await refs.read(ref)) as Id | undefined;
    const about = { name, target, before };
    if (before === target) tracked.push({ ...about, outcome: "same" });
    else if (before !== undefined && isTag) tracked.push({ ...about, outcome: "kept" });
    else if (before === undefined && (space.conflict(ref) !== undefined || isLikeId(name))) {
      tracked.push({ ...about, outcome: "conflict" });
    } else {
      space.add(ref);
      changes.push({ name: ref, from: before, to: target });
      tracked.push({ ...about, outcome: before === undefined ? "new" : "moved" });
    }
  }
  if (changes.length > 0 && !dryRun) await refs.update(changes, command);
  return tracked;
}

/** Whether a tag would take the place of the first digits of a run's id. */
function isLikeId(name: string): boolean {
  return /^tags\/[0-9a-f]{4,64}$/i.test(name);
}

/** The full name of the ref that follows a branch of a remote. */
export function trackingRef(remote: string, branch: string): string {
  return `refs/remotes/${remote}/${branch}`;
}

/** Removes the tracking refs of branches that were deleted on a remote. Tags here stay. */
export async function untrack(
  refs: RefStore,
  remote: string,
  names: readonly string[],
  command: string,
): Promise<void> {
  const changes: RefChange[] = [];
  for (const name of names) {
    if (!name.startsWith("heads/")) continue;
    const ref = trackingRef(remote, name.slice("heads/".length));
    const from = await refs.read(ref);
    if (from !== undefined) changes.push({ name: ref, from, to: undefined });
  }
  if (changes.length > 0) await refs.update(changes, command);
}

/** What the branches of a remote named when they were last fetched or pushed. */
export async function fetchedTargets(
  refs: RefStore,
  remote: string,
): Promise<ReadonlyMap<string, Id>> {
  const prefix = `refs/remotes/${remote}/`;
  const tracked = await refs.list(prefix);
  return new Map(
    tracked.map(({ name, target }) => [`heads/${name.slice(prefix.length)}`, target as Id]),
  );
}
