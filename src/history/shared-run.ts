import type { Id } from "../object/id.ts";
import type { RunManifest } from "../object/run.ts";
import type { Origins } from "./origin.ts";

/** A run of a history: its id and its manifest. */
export interface HistoryRun {
  readonly id: Id<"run">;
  readonly manifest: RunManifest;
}

/** The run that two come from. */
export interface SharedRun {
  readonly run: Id<"run">;
  /** A name by which `NAME@STEP` gives its states, where there is one. */
  readonly name: string | undefined;
}

/**
 * The nearest run that both of two runs are or come from; undefined where there is none, or where it
 * ends before `step`, up to which the two have the same past.
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
  // A run that is not in its own chain is named by the other's.
  const nearest = behindB.has(a.id)
    ? chainB.find(({ run }) => run === a.id)
    : chainA.find(({ run }) => behindB.has(run));
  if (nearest === undefined || (nearest.manifest?.steps ?? step) < step) return undefined;
  return { run: nearest.run, name: nearest.name };
}
