import { unexpectedArgument } from "../../base/invalid-argument.ts";
import { checkOptionsOf, type OptionKinds } from "../../base/options.ts";
import { objectsOf } from "../../object/closure.ts";
import type { Id } from "../../object/id.ts";
import { decodeRun, timelineOf } from "../../object/run.ts";
import type { ReadObject } from "../../object/state.ts";
import { TimelineReader } from "../../object/timeline-reader.ts";
import { encodeArtifact } from "../../store/artifact.ts";
import type { ArtifactContents, SavedRun } from "../../store/artifact-contents.ts";
import { objectReader } from "../../store/object-store.ts";
import type { Environment } from "../environment.ts";

/** What goes into a `.replay` file. */
export interface SaveOptions {
  /** Whether the source of the programs goes in. Default true. */
  readonly code?: boolean | undefined;
  /**
   * Which checkpoints go in: all of them by default, `none`, or every N-th. A replay gives the others
   * after the file is loaded, and `Run.hydrate` stores them again.
   */
  readonly checkpoints?: "all" | "none" | number | undefined;
}

/** What those may be. */
export const SAVE_OPTIONS: OptionKinds<SaveOptions> = { code: "flag", checkpoints: "any" };

/**
 * The bytes of a `.replay` file with these runs of a store. What the runs that it requires have is
 * left out. Throws OBJECT_MISSING if the store lacks anything else than source that goes in.
 */
export async function saveRuns(
  { store, compression }: Pick<Environment, "store" | "compression">,
  contents: ArtifactContents,
  options: SaveOptions,
): Promise<Uint8Array> {
  const { code: withCode = true, checkpoints = "all" } = checkOptionsOf(options, SAVE_OPTIONS);
  const every = spacing(checkpoints);
  const read = objectReader(store);
  const kept = every === 1 ? undefined : await keptStates(contents.runs, every, read);
  return encodeArtifact(contents, read, compression, store.hash, {
    withCode,
    checkpoints: kept === undefined ? true : (id) => kept.has(id),
    had: await objectsHad(contents.requires, read),
  });
}

/** The number of checkpoints from one that is kept to the next. Throws INVALID_ARGUMENT. */
function spacing(checkpoints: unknown): number {
  if (checkpoints === "all") return 1;
  if (checkpoints === "none") return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(checkpoints) && (checkpoints as number) > 0) {
    return checkpoints as number;
  }
  throw unexpectedArgument("checkpoints", '"all", "none" or a whole number above 0', checkpoints);
}

/** The states of every N-th checkpoint of the runs, and the first, which nothing derives. */
async function keptStates(
  runs: readonly SavedRun[],
  every: number,
  read: ReadObject,
): Promise<ReadonlySet<Id>> {
  const kept = new Set<Id>();
  const tiles = new TimelineReader(read);
  for (const { run } of runs) {
    const timeline = timelineOf(decodeRun(await read("run", run)));
    for (let index = 0; index < timeline.count; index += every) {
      const { state } = await tiles.entry(timeline, index);
      if ("id" in state) kept.add(state.id);
    }
  }
  return kept;
}

/**
 * Tells which objects a store has that has these runs, maybe without their checkpoints. States of
 * checkpoints count when only a checkpoint needs them, since a replay gives them; their chunks do
 * not, so that the states that are sent are whole.
 */
async function objectsHad(
  runs: readonly SavedRun[],
  read: ReadObject,
): Promise<(id: Id, derivable: boolean) => boolean> {
  const stored = new Set<Id>();
  const derived = new Set<Id>();
  for (const { run } of runs) {
    for await (const { id, kind, derivable } of objectsOf(
      decodeRun(await read("run", run)),
      read,
    )) {
      if (!derivable) stored.add(id);
      else if (kind === "state") derived.add(id);
    }
  }
  return (id, derivable) => stored.has(id) || (derivable && derived.has(id));
}
