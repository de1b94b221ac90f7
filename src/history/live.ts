import { count } from "../base/count.ts";
import { RewindError } from "../base/errors.ts";
import type { Id } from "../object/id.ts";
import type { RunManifest } from "../object/run.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { RefStore } from "../store/ref-store.ts";

/** Tells which runs are being recorded. */
export interface Live {
  /** The ids of the runs that are being recorded, each as far as a crash would not lose it. */
  ids(): Promise<ReadonlySet<Id>>;
  /** Whether a run goes when its recording goes on: nothing may name it. */
  passes(id: Id<"run">): boolean;
}

/** A store as whoever only looks at it sees it. */
export interface SeenStore {
  readonly objects: ObjectStore;
  /** The refs, with the recordings on top that have not ended. */
  readonly seen: RefStore;
  readonly live: Live;
}

/** Of a store whose runs have all been recorded. */
export const NOTHING_LIVE: Live = { ids: async () => new Set(), passes: () => false };

/** A run, and what is known of it. */
interface Named {
  readonly id: Id<"run">;
  readonly run?: RunManifest;
  readonly ref?: string | undefined;
}

/**
 * Refuses a run that is being recorded, because its id changes with every checkpoint until it ends.
 * Throws LOCKED.
 */
export function checkRecorded(live: Live, { id, run, ref }: Named): void {
  if (!live.passes(id)) return;
  const name = ref?.replace(/^refs\/(heads\/)?/, "") ?? `the run ${id.slice(0, 12)}`;
  const soFar = run && `, ${count(run.steps)} of ${count(run.goal)} steps so far`;
  throw new RewindError("LOCKED", `${name} is being recorded${soFar ?? ""}`, { life: "alive" });
}
