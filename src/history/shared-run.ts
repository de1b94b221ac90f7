import type { Id } from "../object/id.ts";
import type { RunManifest } from "../object/run.ts";
import type { Origins } from "./origin.ts";

/** A run of a history: its id and its manifest. */
export interface HistoryRun {
  readonly id: Id<"run">;
  readonly manifest: RunManifest;
}

/** The run that two runs come from. */
export interface SharedRun {
  readonly run: Id<"run">;
  /** A name with which `NAME@STEP` gives its states, if there is one. */
  readonly name: string | undefined;
}

/**
 * The nearest run that both runs come from, which may be one of them. Undefined if they share no run,
 * or if it ends before `step`, the last step that the two share.
 */
export async function sharedRun(
  origins: Origins,
  a: HistoryRun,
  b: HistoryRun,
  step: number,
): Promise<SharedRun | undefined> {
  if (a.id === b.id) return undefined;
  const [chainA, chainB] = await Promise.all([
    origins.chain(a.id, a.manifest),
    origins.chain(b.id, b.manifest),
  ]);
  const behindB = new Set([b.id, ...chainB.map(({ run }) => run)]);
  // A run is not in its own chain, so the other's chain names it.
  const nearest = behindB.has(a.id)
    ? chainB.find(({ run }) => run === a.id)
    : chainA.find(({ run }) => behindB.has(run));
  if (nearest === undefined || (nearest.manifest?.steps ?? step) < step) return undefined;
  return { run: nearest.run, name: nearest.name };
}
