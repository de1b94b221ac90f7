import { checkOptionsOf, type OptionKinds } from "../base/options.ts";
import { toJson } from "../codec/json/write.ts";
import type { SeenStore } from "../history/live.ts";
import { namesOfRuns } from "../history/names.ts";
import { type OriginKind, type Origins, originsIn } from "../history/origin.ts";
import { replacedStart } from "../history/replaced-start.ts";
import type { Damage } from "../history/sound-refs.ts";
import { type Id, isId } from "../object/id.ts";
import type { RunManifest } from "../object/run.ts";
import type { Run } from "../replay/run/run.ts";
import type { RunSize } from "../replay/run/run-size.ts";
import { describeSegment, type SegmentDescription } from "./describe-segment.ts";
import { describedParams, type WhichParams } from "./described-params.ts";

/** What a run is and where it came from, as data that JSON can carry. */
export interface RunDescription {
  /** The run's id. */
  readonly run: string;
  /** The branches, tags and other refs that name it, as a revision spells them. */
  readonly names: readonly string[];
  /** The timeline's root hash. */
  readonly root: string;
  readonly steps: number;
  /** The steps that the recording was to have; more than `steps` if it is unfinished. */
  readonly goal: number;
  /** Whether it is being recorded now. */
  readonly recording: boolean;
  readonly blockSize: number;
  readonly checkpoints: number;
  /** The objects that it needs, and their bytes. */
  readonly objects: RunSize;
  readonly segments: readonly SegmentDescription[];
  readonly parents: readonly { readonly run: string; readonly step: number }[];
  /** What it came from, and what that came from, and so on, the nearest first. */
  readonly origin: readonly OriginDescription[];
  /** Where its first state is from, as noted, if `init` did not give it: no part of its past. */
  readonly from: FirstStateDescription | null;
  /** Who recorded it, when, on what machine, and the message, as the recording says. */
  readonly meta: unknown;
}

/** A run that another came from. */
export interface OriginDescription {
  readonly kind: OriginKind;
  readonly run: string;
  /** The step up to which the two have the same past. */
  readonly step: number;
  /** A name by which `NAME@STEP` gives its states. */
  readonly name: string | null;
}

/** The run and the step with whose state a run begins, or the name of the file with it. */
export type FirstStateDescription =
  | { readonly run: string; readonly step: number; readonly name: string | null }
  | { readonly file: string };

/** The number of last segments that are replayed to find changes of the state. */
const MOST_REPLAYED = 20;

/** How a run is described. */
export interface DescribeOptions {
  /**
   * Whether to replay the step before each change of the state, to find the fields that were changed
   * by hand: in the last 20 segments, if their code may run. True unless given.
   */
  readonly replay?: boolean | undefined;
  /**
   * `all` unless given. With `short`, the params between the first and the last segment are not read.
   */
  readonly params?: WhichParams | undefined;
  /** Called for each damaged ref, which may be one of the run's names. */
  readonly onDamaged?: ((damage: Damage) => void) | undefined;
}

const DESCRIBE_OPTIONS: OptionKinds<DescribeOptions> = {
  replay: "flag",
  params: "text",
  onDamaged: "function",
};

/** Describes a run of a store. */
export async function describeRun(
  run: Run,
  { seen: refs, live }: Pick<SeenStore, "seen" | "live">,
  options: DescribeOptions = {},
): Promise<RunDescription> {
  checkOptionsOf(options, DESCRIBE_OPTIONS);
  const { replay = true, params: which = "all", onDamaged } = options;
  const { manifest, replayer } = run;
  const { segments } = manifest;
  const params = describedParams(which, replayer.readObject);
  const { store } = replayer.env;
  const names = await namesOfRuns(store, refs, onDamaged);
  const origins = await originsIn(store, refs, undefined, names);
  const chain = await origins.chain(run.id, manifest);
  // A fork at step 0 keeps no segment of its parent.
  const replaced = segments[0] && replacedStart(segments[0], chain);
  // One by one, so that each frees its memory before the next.
  const described: SegmentDescription[] = [];
  for (const [i, segment] of segments.entries()) {
    described.push(
      await describeSegment(run, segment, {
        before: segments[i - 1] ?? replaced?.segment,
        parent: i === 0 ? replaced?.run : undefined,
        replays: replay && i >= segments.length - MOST_REPLAYED,
        params,
        showsParams: which === "all" || segment.start === 0 || i === 0 || i === segments.length - 1,
      }),
    );
  }
  return {
    run: run.id,
    names: origins.namesOf(run.id),
    root: run.root,
    steps: run.steps,
    goal: manifest.goal,
    recording: (await live.ids()).has(run.id),
    blockSize: run.blockSize,
    checkpoints: run.checkpoints,
    objects: await run.size(),
    segments: described,
    parents: manifest.parents,
    origin: chain.map(({ kind, run, step, name }) => ({ kind, run, step, name: name ?? null })),
    from: await firstState(manifest, origins),
    meta: toJson(shownNotes(manifest)),
  };
}

async function firstState(
  { meta: { from } }: RunManifest,
  origins: Origins,
): Promise<FirstStateDescription | null> {
  if (from === undefined || "file" in from) return from ?? null;
  const { run, step } = from;
  return { run, step, name: (isId(run) && (await origins.nameOf(run as Id<"run">))) || null };
}

/** The notes without the one that is for recordings to go on from. */
function shownNotes({ meta }: RunManifest): object {
  const { generators: _, from: __, ...shown } = meta;
  return shown;
}
