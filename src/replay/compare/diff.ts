import type { OptionKinds } from "../../base/options.ts";
import type { Difference } from "../../codec/differences.ts";
import { parsePath } from "../../codec/path/parse.ts";
import { differ } from "../differ.ts";
import { LONG_OPTIONS, type LongOptions } from "../environment.ts";
import { rangeOf } from "../look/look.ts";
import type { Replayer } from "../replayer.ts";
import { comparable } from "./comparable.ts";
import { type DifferenceStatistics, FieldTally } from "./field-statistics.ts";
import { changedInputs, changedSegments, type InputDifference } from "./inputs.ts";
import { type CompareAt, lockstep } from "./lockstep.ts";
import { type Samples, sampleBoth } from "./samples.ts";
import { firstStoredDifference, sharedSteps } from "./shared-history.ts";
import { type SourceDifference, sourceDifferences } from "./source-diff.ts";
import { type Span, Spans } from "./spans.ts";
import { type StateDifference, stateDifference } from "./state-difference.ts";

/** How two runs differ. */
export interface RunDifference {
  /** Whether they have the same length and the same state at every step. */
  readonly identical: boolean;
  /**
   * The step up to which they share their history: 0 if one was forked at step 0, undefined if they
   * share no history or all of it.
   */
  readonly forkStep: number | undefined;
  /** The first step at which their states differ, among the steps that both have. */
  readonly firstDifferentStep: number | undefined;
  /**
   * How the states differ at that step, in the order of the state. If more than `limit` fields
   * differ, these are the largest differences, the largest first.
   */
  readonly changes: readonly Difference[];
  /** How many fields differ there. */
  readonly different: number;
  /** How the last segments were made differently, and differences in steps and block size. */
  readonly inputs: readonly Difference[];
  /** How the runs were made differently, by ranges of steps. */
  readonly segments: readonly InputDifference[];
  /** How the states differ at the last step that both have; undefined if the runs never differ. */
  readonly end: StateDifference | undefined;
  /** With `spans`: where the runs are equal and where they differ. */
  readonly spans: readonly Span[] | undefined;
  /** With `statistics`: how much each field differs over the steps. */
  readonly statistics: DifferenceStatistics | undefined;
  /** With `sources`: how the recorded sources differ, for each two programs that differ. */
  readonly sources: readonly SourceDifference[] | undefined;
  /** With `sample`: one number of both runs over the steps. */
  readonly samples: Samples | undefined;
}

export interface DiffOptions extends LongOptions {
  /**
   * Compares the states at this step instead of looking for the first that differs. With two steps,
   * compares this run at the first with the other run at the second.
   */
  readonly at?: number | readonly [a: number, b: number] | undefined;
  /** The most differences of a state to list; 100 unless given. */
  readonly limit?: number | undefined;
  /** Finds where the runs are equal and where they differ, in one pass. */
  readonly spans?: boolean | undefined;
  /** Gathers how each field differs over all steps, in one pass. */
  readonly statistics?: boolean | undefined;
  /** Compares the recorded sources by lines, wherever the programs differ. */
  readonly sources?: boolean | undefined;
  /** Reads the number at this path, such as `state.agents[3].x`, in both runs. */
  readonly sample?: string | undefined;
  /** The most steps at which `sample` reads it, evenly spaced; 80 unless given. */
  readonly points?: number | undefined;
  /**
   * The first and the last step for `spans`, `statistics` and `sample`; all steps that both have
   * unless given.
   */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** What errors and the diffs of sources call the two runs; `a` and `b` unless given. */
  readonly names?: readonly [a: string, b: string] | undefined;
}

/** What those may be; the steps are checked where states are read. */
export const DIFF_OPTIONS: OptionKinds<DiffOptions> = {
  ...LONG_OPTIONS,
  at: "any",
  limit: "limit",
  spans: "flag",
  statistics: "flag",
  sources: "flag",
  sample: "text",
  points: "limit",
  from: "any",
  to: "any",
  names: "texts",
};

/**
 * Compares two runs: the first step that differs, and the fields that differ there. Only blocks
 * that can differ are replayed: equal checkpoints are skipped from the root of the timelines down,
 * and equal code, params, seeds and states give equal futures.
 */
export async function diff(
  a: Replayer,
  b: Replayer,
  options: DiffOptions = {},
): Promise<RunDifference> {
  const states = await stateDifferences(a, b, options);
  const { sources: isWanted, sample, points = 80, names = ["a", "b"] } = options;
  const sides = [
    { name: names[0], replayer: a },
    { name: names[1], replayer: b },
  ] as const;
  const sources = isWanted ? await sourceDifferences(...sides, states.segments) : undefined;
  if (sample === undefined) return { ...states, sources, samples: undefined };
  const range = rangeOf(shorterOf(a, b), options);
  const samples = await sampleBoth(parsePath(sample), sides, range, points, options);
  return { ...states, sources, samples };
}

async function stateDifferences(
  a: Replayer,
  b: Replayer,
  options: DiffOptions,
): Promise<Omit<RunDifference, "sources" | "samples">> {
  const { limit = 100 } = options;
  const between = (stepA: number, stepB: number): Promise<StateDifference> =>
    stateDifference({ replayer: a, step: stepA }, { replayer: b, step: stepB }, limit);
  const { signal } = options;
  const history = {
    shared: await sharedSteps(a, b, { signal }),
    stored: await firstStoredDifference(a, b, { signal }),
  };
  const about = {
    forkStep: history.shared === Number.POSITIVE_INFINITY ? undefined : history.shared,
    inputs: await changedInputs(a, b),
    segments: await changedSegments(a, b),
    ...(await overSteps(a, b, history, options)),
  };
  if (options.at !== undefined) {
    const [atA, atB] = typeof options.at === "number" ? [options.at, options.at] : options.at;
    const { changes, different } = await between(atA, atB);
    const firstDifferentStep = different > 0 && atA === atB ? atA : undefined;
    return { ...about, identical: false, firstDifferentStep, changes, different, end: undefined };
  }
  const first = await firstDifference(a, b, history, options);
  if (first === undefined) {
    const identical = a.manifest.steps === b.manifest.steps;
    const none = { firstDifferentStep: undefined, changes: [], different: 0, end: undefined };
    return { ...about, identical, ...none };
  }
  const there = await between(first, first);
  const { changes, different } = there;
  const last = Math.min(a.manifest.steps, b.manifest.steps);
  const end = first === last ? there : await between(last, last);
  return { ...about, identical: false, firstDifferentStep: first, changes, different, end };
}

/** What can be known about two runs without a replay. */
interface History {
  /** The step up to which they should be equal; infinite if all steps should. */
  readonly shared: number | undefined;
  /** The first step at which the stored states differ. */
  readonly stored: number | undefined;
}

/** The first step at which the states differ. */
async function firstDifference(
  a: Replayer,
  b: Replayer,
  { shared = 0, stored }: History,
  options: LongOptions,
): Promise<number | undefined> {
  // The same inputs gave different states, perhaps on another machine. A replay here would not show
  // it.
  if (stored !== undefined && stored < shared) return stored;
  if (shared === Number.POSITIVE_INFINITY) return undefined;
  // A continuous run's checkpoint also holds generators, so it may differ though its state does
  // not.
  const known = (await isContinuous(a)) || (await isContinuous(b)) ? undefined : stored;
  const to = known ?? Math.min(a.manifest.steps, b.manifest.steps);
  let found = known;
  await lockstep(a, b, { ...options, from: shared, to }, (pa, pb) => {
    if (!differ(pa, pb, a.env)) return "equal";
    found = pa.step;
    return "stop";
  });
  return found;
}

/** Whether one generator goes through the whole run. All segments have the rule of the first. */
async function isContinuous(replayer: Replayer): Promise<boolean> {
  const { seeds } = await replayer.parts(replayer.segmentRecorded(0));
  return seeds.rule === "continuous";
}

/** Spans and statistics, if requested, in one pass. */
async function overSteps(
  a: Replayer,
  b: Replayer,
  { shared = 0, stored }: History,
  options: DiffOptions,
): Promise<Pick<RunDifference, "spans" | "statistics">> {
  const { from, to } = rangeOf(shorterOf(a, b), options);
  const spans = options.spans === true ? new Spans() : undefined;
  const tally = options.statistics === true ? new FieldTally() : undefined;
  if (spans === undefined && tally === undefined)
    return { spans: undefined, statistics: undefined };
  const compare: CompareAt = (pa, pb) => {
    const differs =
      tally === undefined
        ? differ(pa, pb, a.env)
        : tally.add(pa.step, comparable(sideOf(pa), sideOf(pb), a.env));
    if (differs) spans?.add(pa.step);
    return differs ? "different" : "equal";
  };
  const known = stored === undefined || stored >= shared ? shared : 0;
  const start = Math.max(from, known);
  if (start <= to) await lockstep(a, b, { ...options, from: start, to }, compare);
  return { spans: spans?.over(from, to), statistics: tally?.over(from, to) };
}

function shorterOf(a: Replayer, b: Replayer): Replayer {
  return a.manifest.steps < b.manifest.steps ? a : b;
}

function sideOf({ state, segment }: Parameters<CompareAt>[0]): Parameters<typeof comparable>[0] {
  return { state, simulation: segment.simulation };
}
