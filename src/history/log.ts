import { RewindError } from "../base/errors.ts";
import type { OptionKinds } from "../base/options.ts";
import type { Id } from "../object/id.ts";
import type { RunManifest } from "../object/run.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";
import { type FindRun, namesOfRuns, runFinder } from "./names.ts";
import { peel, resolve } from "./resolve.ts";
import { parseRange, parseRevision } from "./revision.ts";
import { type Damage, soundRefs } from "./sound-refs.ts";

/** A run in the lineage. */
export interface LogEntry {
  readonly id: Id<"run">;
  readonly run: RunManifest;
  /** The branches, tags and other refs that name it, as a revision spells them. */
  readonly names: readonly string[];
}

export interface LogOptions {
  /**
   * Is called for whatever cannot be read, which is then left out. Without it, the error is thrown.
   */
  readonly onDamaged?: ((damage: Damage) => void) | undefined;
  /**
   * The names of each run, where they were asked for already: of many refs all must be read for
   * them.
   */
  readonly names?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** What those may be. */
export const LINEAGE_OPTIONS: OptionKinds<LogOptions> = { onDamaged: "function", names: "object" };

/**
 * The lineage that a text names. For a revision: the runs behind it. For a range `A..B`: the runs
 * behind B that are not behind A; a missing side is HEAD. Without a text: every run that a ref
 * leads to. Throws what `resolve` throws, and INVALID_REVISION if a side names a step.
 */
export async function log(
  store: ObjectStore,
  refs: RefStore,
  text?: string,
  options: LogOptions = {},
): Promise<readonly LogEntry[]> {
  const named = async (side: string): Promise<Id> => (await resolve(store, refs, side)).id;
  if (text === undefined) {
    const { sound, damaged } = await soundRefs(store, refs, "refs/");
    const [first] = damaged;
    if (first !== undefined && options.onDamaged === undefined) throw first.error;
    for (const damage of damaged) options.onDamaged?.(damage);
    const ids = sound.map(({ id }) => id);
    // What is damaged among them was reported above.
    const names = options.names ?? (await namesOfRuns(store, refs));
    const known = new Map(sound.map(({ id, run }) => [id, run]));
    return lineage(store, refs, ids, { ...options, names, known });
  }
  const range = parseRange(text);
  if (range === undefined) return lineage(store, refs, [await named(text)], options);
  const [from = "HEAD", to = "HEAD"] = [range.from, range.to];
  for (const side of [from, to]) checkNoStep(side, text);
  return lineage(store, refs, [await named(to)], { ...options, without: [await named(from)] });
}

/** In a range of runs, a side that names a step is a mistake. */
function checkNoStep(side: string, text: string): void {
  if (parseRevision(side).step === undefined) return;
  throw new RewindError(
    "INVALID_REVISION",
    `expected a range of runs such as main..fix, got a step of one in ${JSON.stringify(text)}`,
    { revision: text, part: side, runs: true },
  );
}

/**
 * The runs of `from` and those behind them, each before its parents; of runs that are equally far
 * back, the one recorded later comes first. Runs behind those of `without` are left out, and so are
 * parents that are not in the store.
 */
export async function lineage(
  store: ObjectStore,
  refs: RefStore,
  from: readonly Id[],
  options: LogOptions & {
    readonly without?: readonly Id[];
    /** Runs that were read already. */
    readonly known?: ReadonlyMap<Id<"run">, RunManifest>;
  } = {},
): Promise<LogEntry[]> {
  const { onDamaged, known } = options;
  const find = runFinder(store, {
    known,
    onDamaged: onDamaged && ((error) => onDamaged({ ref: undefined, error })),
  });
  const targets = (ids: readonly Id[]): Promise<Id<"run">[]> =>
    Promise.all(
      ids.map((id) => (known?.has(id as Id<"run">) ? (id as Id<"run">) : peel(store, id))),
    );
  const names = options.names ?? (await namesOfRuns(store, refs, onDamaged));
  const excluded = await behind(find, await targets(options.without ?? []));
  const runs = await behind(find, await targets(from), excluded);
  return inOrder(runs).map(([id, run]) => ({ id, run, names: names.get(id) ?? [] }));
}

/** Every run behind `from` that is not among `excluded`. */
async function behind(
  find: FindRun,
  from: readonly Id<"run">[],
  excluded: ReadonlyMap<Id<"run">, RunManifest> = new Map(),
): Promise<Map<Id<"run">, RunManifest>> {
  const runs = new Map<Id<"run">, RunManifest>();
  const waiting = [...from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (runs.has(id) || excluded.has(id)) continue;
    const run = await find(id);
    if (run === undefined) continue;
    runs.set(id, run);
    for (const parent of run.parents) waiting.push(parent.run);
  }
  return runs;
}

type Entry = readonly [id: Id<"run">, run: RunManifest];

/** Sorts the runs: each comes before its parents, and later runs before earlier ones. */
function inOrder(runs: ReadonlyMap<Id<"run">, RunManifest>): Entry[] {
  const children = new Map<Id<"run">, number>();
  for (const { parents } of runs.values()) {
    for (const { run } of parents) children.set(run, (children.get(run) ?? 0) + 1);
  }
  const ordered: Entry[] = [];
  const ready = [...runs].filter(([id]) => !children.has(id)).sort(byTime);
  for (let entry = ready.pop(); entry !== undefined; entry = ready.pop()) {
    ordered.push(entry);
    for (const { run: parent } of entry[1].parents) {
      const left = (children.get(parent) as number) - 1;
      children.set(parent, left);
      const run = runs.get(parent);
      if (left === 0 && run !== undefined) insert(ready, [parent, run]);
    }
  }
  return ordered;
}

/** Puts an entry into its place among those that are sorted by time. */
function insert(sorted: Entry[], entry: Entry): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byTime(sorted[middle] as Entry, entry) < 0) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, entry);
}

/** Equal times are ordered by id, so that the order is the same in every store. */
function byTime([idA, runA]: Entry, [idB, runB]: Entry): number {
  const [timeA, timeB] = [timeOf(runA), timeOf(runB)];
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return idA < idB ? -1 : 1;
}

/** When a run was recorded, as it says itself; ISO 8601, so that texts compare as times. */
function timeOf(run: RunManifest): string {
  return run.meta.time ?? "";
}
