import type { Id } from "../object/id.ts";
import { decodeRun, type RunManifest } from "../object/run.ts";
import { type ObjectStore, reader } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";
import { peel } from "./resolve.ts";

/** A run in the lineage. */
export interface LogEntry {
  readonly id: Id<"run">;
  readonly run: RunManifest;
  /** The branches, tags and other refs that name it, without `refs/heads/` and the like. */
  readonly names: readonly string[];
}

/**
 * The runs that lie behind `from`, each before its parents; of runs that are equally far back the
 * one recorded later comes first. A parent that is not in the store is left out.
 */
export async function lineage(
  store: ObjectStore,
  refs: RefStore,
  from: readonly Id[],
): Promise<LogEntry[]> {
  const get = reader(store);
  const names = await namesOfRuns(store, refs);
  const runs = new Map<Id<"run">, RunManifest>();
  const children = new Map<Id<"run">, number>();
  const starts = await Promise.all(from.map((id) => peel(store, id)));
  for (const waiting = [...starts]; waiting.length > 0; ) {
    const id = waiting.pop() as Id<"run">;
    if (runs.has(id) || !(await store.has(id))) continue;
    const run = decodeRun(await get("run", id));
    runs.set(id, run);
    for (const parent of run.parents) {
      children.set(parent.run, (children.get(parent.run) ?? 0) + 1);
      waiting.push(parent.run);
    }
  }
  const entries: LogEntry[] = [];
  const ready = [...runs.keys()].filter((id) => !children.has(id));
  while (ready.length > 0) {
    ready.sort((a, b) => byTime([timeOf(runs.get(a)), a], [timeOf(runs.get(b)), b]));
    const id = ready.pop() as Id<"run">;
    const run = runs.get(id) as RunManifest;
    entries.push({ id, run, names: names.get(id) ?? [] });
    for (const parent of run.parents) {
      const left = (children.get(parent.run) as number) - 1;
      children.set(parent.run, left);
      if (left === 0 && runs.has(parent.run)) ready.push(parent.run);
    }
  }
  return entries;
}

/** Of equal times the ids decide, so that the order is one and the same in every store. */
function byTime([timeA, idA]: readonly [string, Id], [timeB, idB]: readonly [string, Id]): number {
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return idA < idB ? -1 : 1;
}

/** The names of each run that a ref names. */
export async function namesOfRuns(
  store: ObjectStore,
  refs: RefStore,
): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  for (const { name, target } of await refs.list("refs/")) {
    const short = name.replace(/^refs\/(heads\/|tags\/|remotes\/)?/, "");
    const run = await peel(store, target as Id);
    names.set(run, [...(names.get(run) ?? []), short]);
  }
  return names;
}

/** When a run was recorded, as it says itself; ISO 8601, so that texts compare as times. */
function timeOf(run: RunManifest | undefined): string {
  return String(run?.meta.time ?? "");
}
