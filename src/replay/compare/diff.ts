import type { Difference } from "../../codec/differences.ts";
import type { LongOptions } from "../environment.ts";
import { rangeOf } from "../look/look.ts";
import type { Replayer } from "../replayer.ts";
import { comparable } from "./comparable.ts";
import { differ } from "./differ.ts";
import { type DifferenceStatistics, FieldTally } from "./field-statistics.ts";
import { changedInputs, changedSegments, type InputDifference } from "./inputs.ts";
import { type CompareAt, lockstep } from "./lockstep.ts";
import { firstStoredDifference, sharedSteps } from "./shared-history.ts";
import { type Span, Spans } from "./spans.ts";
import { type StateDifference, stateDifference } from "./state-difference.ts";

/** How two runs differ. */
export interface RunDifference {
  /** Whether they have the same length and the same state at every step. */
  readonly identical: boolean;
  /**
   * The step up to which they share their history by construction: 0 where one was forked at step 0;
   * undefined where they share none, or are the same throughout.
   */
  readonly forkStep: number | undefined;
  /** The first step at which their states differ, both runs having that step. */
  readonly firstDifferentStep: number | undefined;
  /**
   * Where the states differ at that step, in the order of the state; where more fields differ than
   * `limit`, those that differ most, the largest difference first.
   */
  readonly changes: readonly Difference[];
  /** How many fields differ there. */
  readonly different: number;
  /** What differs in how the last segments of the runs were made; their steps and block sizes. */
  readonly inputs: readonly Difference[];
  /** What differs in how the runs were made, by stretches of steps. */
  readonly segments: readonly InputDifference[];
  /** How the states differ at the last step that both have; undefined where the runs never differ. */
  readonly end: StateDifference | undefined;
  /** With `spans`: the stretches in which the runs are equal, and those in which they differ. */
  readonly spans: readonly Span[] | undefined;
  /** With `statistics`: how each field differs over the steps. */
  readonly statistics: DifferenceStatistics | undefined;
}

export interface DiffOptions extends LongOptions {
  /**
   * Compare the states at this step, rather than looking for the first that differs; of two steps,
   * the state of this run at the one with that of the other at the other.
   */
  readonly at?: number | readonly [a: number, b: number] | undefined;
  /** At most this many differences of a state are listed; 100 unless given. */
  readonly limit?: number | undefined;
  /** Find all stretches in which the runs are equal, and those in which they differ: one pass. */
  readonly spans?: boolean | undefined;
  /** Gather how each field differs over all steps: one pass. */
  readonly statistics?: boolean | undefined;
  /** The first and the last step for `spans` and `statistics`: all that both have, unless given. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * Compares two runs, down to the first step and the fields that differ there. Equal checkpoints are
 * skipped from the root of the timelines down, and equal code, params, seeds and states give equal
 * futures, so that only blocks which can differ are replayed.
 */
export async function diff(
  a: Replayer,
  b: Replayer,
  options: DiffOptions = {},
): Promise<RunDifference> {
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
    const identical = a.run.steps === b.run.steps;
    const none = { firstDifferentStep: undefined, changes: [], different: 0, end: undefined };
    return { ...about, identical, ...none };
  }
  const there = await between(first, first);
  const { changes, different } = there;
  const last = Math.min(a.run.steps, b.run.steps);
  const end = first === last ? there : await between(last, last);
  return { ...about, identical: false, firstDifferentStep: first, changes, different, end };
}

/** What is known of two runs without a replay. */
interface History {
  /** The step up to which they should be equal; infinite where throughout. */
  readonly shared: number | undefined;
  /** The first step at which what is stored differs. */
  readonly stored: number | undefined;
}

/** The first step at which the states differ. */
async function firstDifference(
  a: Replayer,
  b: Replayer,
  { shared = 0, stored }: History,
  options: LongOptions,
): Promise<number | undefined> {
  // The same inputs gave other states: on another machine, say. A replay here would not show that.
  if (stored !== undefined && stored < shared) return stored;
  if (shared === Number.POSITIVE_INFINITY) return undefined;
  // Where generators go on, a checkpoint holds them too, and may differ though its state does not.
  const known = (await isContinuous(a)) || (await isContinuous(b)) ? undefined : stored;
  const to = known ?? Math.min(a.run.steps, b.run.steps);
  let found = known;
  await lockstep(a, b, { ...options, from: shared, to }, (pa, pb) => {
    if (!differ(pa, pb, a.env)) return "equal";
    found = pa.step;
    return "stop";
  });
  return found;
}

/** Whether one generator goes through the whole run: all of its segments have the rule of the first. */
async function isContinuous(replayer: Replayer): Promise<boolean> {
  const { seeds } = await replayer.parts(replayer.segmentRecorded(0));
  return seeds.rule === "continuous";
}

/** Spans and statistics, where they are asked for: both in one pass. */
async function overSteps(
  a: Replayer,
  b: Replayer,
  { shared = 0, stored }: History,
  options: DiffOptions,
): Promise<Pick<RunDifference, "spans" | "statistics">> {
  const { from, to } = rangeOf(a.run.steps < b.run.steps ? a : b, options);
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

function sideOf({ state, segment }: Parameters<CompareAt>[0]): Parameters<typeof comparable>[0] {
  return { state, simulation: segment.simulation };
}
