import { isRewindError, type RewindError } from "../base/errors.ts";
import type { Id } from "../object/id.ts";
import { decodeRun, type RunManifest } from "../object/run.ts";
import { sameState } from "../object/state.ts";
import { type ObjectStore, objectReader } from "../store/object-store.ts";
import { HEADS, LOOKUP_ORDER } from "../store/ref-name.ts";
import type { RefStore } from "../store/ref-store.ts";
import { peel } from "./resolve.ts";

/**
 * The names of each run that a ref names, as a revision spells them: branches first, then tags and
 * others, `archive/main/1`. A tag that has a branch's name is `tags/NAME`. A ref that is damaged
 * names none.
 */
export async function namesOfRuns(
  store: ObjectStore,
  refs: RefStore,
): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  const taken = new Set<string>();
  const all = await refs.list("refs/");
  for (const place of LOOKUP_ORDER) {
    for (const { name, target } of all) {
      if (LOOKUP_ORDER.find((each) => name.startsWith(each)) !== place) continue;
      const short = name.slice(place.length);
      const spelled = taken.has(short) ? name.slice("refs/".length) : short;
      taken.add(short);
      // A branch names a run itself, which need not be read for its name.
      const run =
        place === HEADS ? (target as Id<"run">) : await readable(() => peel(store, target as Id));
      if (run === undefined) continue;
      names.set(run, [...(names.get(run) ?? []), spelled]);
    }
  }
  return names;
}

/** The manifest of a run; undefined where it is not in the store. */
export type FindRun = (id: Id<"run">) => Promise<RunManifest | undefined>;

/**
 * Finds manifests in a store, and keeps those that it found, and those that are `known` already. Of
 * one that is damaged `onDamaged` is told, and it is as if it were not there; without it, it throws.
 */
export function runFinder(
  store: ObjectStore,
  options: {
    readonly known?: ReadonlyMap<Id<"run">, RunManifest> | undefined;
    readonly onDamaged?: ((error: RewindError) => void) | undefined;
  } = {},
): FindRun {
  const { known, onDamaged } = options;
  const get = objectReader(store);
  const found = new Map(known);
  return async (id) => {
    const kept = found.get(id);
    if (kept !== undefined || !(await store.has(id))) return kept;
    const read = async (): Promise<RunManifest> => decodeRun(await get("run", id));
    const run = onDamaged === undefined ? await read() : await readable(read, onDamaged);
    if (run !== undefined) found.set(id, run);
    return run;
  };
}

/** What `read` gives; undefined where that is damaged, which `onDamaged` is told. */
async function readable<T>(
  read: () => Promise<T>,
  onDamaged?: (error: RewindError) => void,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isRewindError(error)) throw error;
    onDamaged?.(error);
    return undefined;
  }
}

/**
 * What to call each run, so that `NAME@STEP` gives its states: the ref that names it, a branch
 * before others; or else the one that names the nearest run which goes on from its end unchanged, as
 * a branch does that was extended since. A run without either is not in the map.
 */
export async function standingNames(
  names: ReadonlyMap<string, readonly string[]>,
  find: FindRun,
): Promise<Map<string, string>> {
  const standing = new Map<string, string>();
  for (const [id, [name]] of names) if (name !== undefined) standing.set(id, name);
  let reached = [...standing];
  // One generation at a time: of two runs that go on from one, the nearer gives the name.
  while (reached.length > 0) {
    const further: [string, string][] = [];
    for (const [id, name] of reached) {
      const parent = await continued(id as Id<"run">, find);
      if (parent === undefined || standing.has(parent)) continue;
      standing.set(parent, name);
      further.push([parent, name]);
    }
    reached = further;
  }
  return standing;
}

/** The run that this one has whole, from its first state to its last one. */
async function continued(id: Id<"run">, find: FindRun): Promise<Id<"run"> | undefined> {
  const run = await find(id);
  const from = run?.parents[0];
  const parent = from && (await find(from.run));
  if (run === undefined || from === undefined || parent?.steps !== from.step) return undefined;
  const begin = run.segments.find(({ start }) => start === from.step)?.begin;
  return begin === undefined || sameState(begin.state, parent.final) ? from.run : undefined;
}
