import { isRewindError, type RewindError } from "../base/errors.ts";
import { type Id, isId } from "../object/id.ts";
import { decodeRun, type RunManifest } from "../object/run.ts";
import { sameState } from "../object/state.ts";
import { decodeTag } from "../object/tag.ts";
import { missing, type ObjectStore, readIfThere } from "../store/object-store.ts";
import { ENSEMBLES, HEADS, LOOKUP_ORDER } from "../store/ref-name.ts";
import type { RefStore } from "../store/ref-store.ts";
import { type Damage, idIn } from "./sound-refs.ts";

/**
 * The names of each run that has one, as a revision spells them: branches first, then tags, then
 * others such as `archive/main/1`. A tag with a branch's name is `tags/NAME`. Damaged refs are left
 * out, and `onDamaged` is called for each. Runs themselves are not read.
 */
export async function namesOfRuns(
  store: ObjectStore,
  refs: RefStore,
  onDamaged: (damage: Damage) => void = () => undefined,
): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  const taken = new Set<string>();
  // Many refs may name one run, or one tag.
  const peeled = new Map<Id, Id<"run">>();
  const all = await refs.list("refs/");
  // An ensemble names many runs, none of them alone.
  const ofRuns = all.filter(({ name }) => !name.startsWith(ENSEMBLES));
  for (const [place, some] of byPlace(ofRuns)) {
    for (const { name, target } of some) {
      const short = name.slice(place.length);
      const spelled = taken.has(short) ? name.slice("refs/".length) : short;
      taken.add(short);
      // A branch names a run directly, without a tag object to read.
      let run = place === HEADS && isId(target) ? (target as Id<"run">) : peeled.get(target as Id);
      run ??= await readable(
        () => namedBy(store, idIn(name, target)),
        (error) => onDamaged({ ref: name, error }),
      );
      if (run === undefined) continue;
      peeled.set(target as Id, run);
      const others = names.get(run);
      if (others === undefined) names.set(run, [spelled]);
      else others.push(spelled);
    }
  }
  return names;
}

type Ref = Awaited<ReturnType<RefStore["list"]>>[number];

/** The refs by where a name is looked up, in that order. */
function byPlace(refs: readonly Ref[]): Map<string, Ref[]> {
  const places = new Map<string, Ref[]>(LOOKUP_ORDER.map((place) => [place, []]));
  for (const ref of refs) {
    const place = LOOKUP_ORDER.find((each) => ref.name.startsWith(each));
    places.get(place ?? "")?.push(ref);
  }
  return places;
}

/** The run that a tag names, or the id itself. Throws OBJECT_MISSING if nothing can tell which. */
async function namedBy(store: ObjectStore, id: Id): Promise<Id<"run">> {
  const object = await store.get(id);
  if (object === undefined) throw missing("tag", id);
  return object.kind === "tag" ? decodeTag(object.body).target : (id as Id<"run">);
}

/** The manifest of a run; undefined if it is not in the store. */
export type FindRun = (id: Id<"run">) => Promise<RunManifest | undefined>;

/**
 * Finds manifests in a store and remembers them, with those `known` already. `onDamaged` is called
 * for a damaged manifest, which then counts as missing; without it, the error is thrown.
 */
export function runFinder(
  store: ObjectStore,
  options: {
    readonly known?: ReadonlyMap<Id<"run">, RunManifest> | undefined;
    readonly onDamaged?: ((error: RewindError) => void) | undefined;
  } = {},
): FindRun {
  const { known, onDamaged } = options;
  const found = new Map(known);
  return async (id) => {
    const kept = found.get(id);
    if (kept !== undefined) return kept;
    const read = async (): Promise<RunManifest | undefined> => {
      const body = await readIfThere(store, "run", id);
      return body && decodeRun(body);
    };
    const run = onDamaged === undefined ? await read() : await readable(read, onDamaged);
    if (run !== undefined) found.set(id, run);
    return run;
  };
}

/** What `read` gives; undefined, with a call of `onDamaged`, if that is damaged. */
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
 * What to call each run, so that `NAME@STEP` gives its states: a ref that names it, preferably a
 * branch; otherwise the name of the nearest run that continues it from its end unchanged, as an
 * extended branch does. Runs without either are not in the map.
 */
export async function standingNames(
  names: ReadonlyMap<string, readonly string[]>,
  find: FindRun,
): Promise<Map<string, string>> {
  const standing = new Map<string, string>();
  for (const [id, [name]] of names) if (name !== undefined) standing.set(id, name);
  let reached = [...standing];
  // One generation at a time: the nearest run that continues another gives it its name.
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

/** The run that this one contains whole, from its first state to its last. */
async function continued(id: Id<"run">, find: FindRun): Promise<Id<"run"> | undefined> {
  const run = await find(id);
  const from = run?.parents[0];
  const parent = from && (await find(from.run));
  if (run === undefined || from === undefined || parent?.steps !== from.step) return undefined;
  const begin = run.segments.find(({ start }) => start === from.step)?.begin;
  return begin === undefined || sameState(begin.state, parent.final) ? from.run : undefined;
}
