import { equalBytes } from "../base/bytes.ts";
import { type Difference, differences } from "../codec/differences.ts";
import { encode } from "../codec/encode.ts";
import type { Program } from "../object/program.ts";
import type { Segment } from "../object/run.ts";
import { sameState } from "../object/state.ts";
import { drive } from "./drive.ts";
import { compareStates, type LongOptions } from "./environment.ts";
import { firstDifferentStep } from "./lockstep.ts";
import type { Replayer } from "./replayer.ts";

/** How two runs differ. */
export interface RunDifference {
  /** Whether they have the same length and the same state at every step. */
  readonly identical: boolean;
  /** The step up to which they share their history by construction; undefined where they share none. */
  readonly forkStep: number | undefined;
  /** The first step at which their states differ, both runs having that step. */
  readonly firstDifferentStep: number | undefined;
  /** Where the states differ at that step. */
  readonly changes: readonly Difference[];
  /** What differs in how the last segments of the runs were made. */
  readonly inputs: readonly Difference[];
}

export interface DiffOptions extends LongOptions {
  /** Compare the states at this step, rather than looking for the first that differs. */
  readonly at?: number | undefined;
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
  const shared = sharedSteps(a, b);
  const different = options.at ?? (await firstDifference(a, b, shared, options));
  const changes = different === undefined ? [] : await changesAt(a, b, different);
  const differs = changes.length > 0;
  return {
    identical: options.at === undefined && !differs && a.run.steps === b.run.steps,
    forkStep: shared === Number.POSITIVE_INFINITY ? undefined : shared,
    firstDifferentStep: differs ? different : undefined,
    changes,
    inputs: await changedInputs(a, b),
  };
}

/** The first step at which the states differ. */
async function firstDifference(
  a: Replayer,
  b: Replayer,
  shared: number | undefined,
  options: LongOptions,
): Promise<number | undefined> {
  const stored = await firstStoredDifference(a, b);
  // The same inputs gave other states: on another machine, say. A replay here would not show that.
  if (stored !== undefined && stored < (shared ?? 0)) return stored;
  if (shared === Number.POSITIVE_INFINITY) return undefined;
  const last = stored ?? Math.min(a.run.steps, b.run.steps);
  return searchBetween(a, b, shared ?? 0, last, options);
}

/**
 * The step up to which two runs have the same segments, and so should have the same states:
 * undefined where they share none, infinite where they are the same throughout.
 */
function sharedSteps(a: Replayer, b: Replayer): number | undefined {
  if (a.run.blockSize !== b.run.blockSize) return undefined;
  const [segmentsA, segmentsB] = [a.run.segments, b.run.segments];
  const count = Math.max(segmentsA.length, segmentsB.length);
  for (let i = 0; i < count; i++) {
    const [segmentA, segmentB] = [segmentsA[i], segmentsB[i]];
    if (segmentA && segmentB && sameSegment(segmentA, segmentB)) continue;
    const start = Math.min(
      segmentA?.start ?? Number.POSITIVE_INFINITY,
      segmentB?.start ?? Number.POSITIVE_INFINITY,
    );
    return i === 0 ? undefined : Math.min(start, a.run.steps, b.run.steps);
  }
  if (a.run.steps === b.run.steps) return Number.POSITIVE_INFINITY;
  return Math.min(a.run.steps, b.run.steps);
}

function sameSegment(a: Segment, b: Segment): boolean {
  return a.start === b.start && sameRules(a, b) && sameBegin(a, b);
}

/** Whether two segments turn equal states into equal states. */
function sameRules(a: Segment, b: Segment): boolean {
  return (
    a.program === b.program && a.seeds === b.seeds && equalBytes(encode(a.params), encode(b.params))
  );
}

function sameBegin(a: Segment, b: Segment): boolean {
  if (a.begin === undefined || b.begin === undefined) return a.begin === b.begin;
  return (
    sameState(a.begin.state, b.begin.state) && equalBytes(a.begin.generator, b.begin.generator)
  );
}

/** The first step in from..last at which the states differ. */
async function searchBetween(
  a: Replayer,
  b: Replayer,
  from: number,
  last: number,
  options: LongOptions,
): Promise<number | undefined> {
  const { env } = a;
  let [pa, pb] = await Promise.all([a.position(from), b.position(from)]);
  let found: number | undefined;
  await drive(env, { ...options, from, to: last + 1 }, async (until) => {
    const next = Math.min(boundaryAfter(a, pa.step), boundaryAfter(b, pb.step));
    const to = Math.min(next - 1, until - 1, last);
    found = env.guard(() => firstDifferentStep(pa, pb, to, env));
    if (found !== undefined) return last + 1;
    if (to < next - 1 || to === last) return to + 1;
    const step = Math.max(next, nextThatCanDiffer(a, b, next, last));
    [pa, pb] = await Promise.all([a.position(step), b.position(step)]);
    return step;
  });
  return found;
}

/** The first step at which stored states differ; both runs have it. */
async function firstStoredDifference(a: Replayer, b: Replayer): Promise<number | undefined> {
  const { blockSize, steps, final } = a.run;
  if (blockSize !== b.run.blockSize) return undefined;
  const checkpoint = await a.entries.firstDifference(a.timeline, b.timeline, b.entries);
  if (checkpoint !== undefined) return checkpoint * blockSize;
  return steps === b.run.steps && !sameState(final, b.run.final) ? steps : undefined;
}

/**
 * From `step` on, up to where stored states differ, blocks under equal rules start and end alike,
 * and so are alike inside: gives the first step that lies in no such block.
 */
function nextThatCanDiffer(a: Replayer, b: Replayer, step: number, last: number): number {
  const { blockSize } = a.run;
  if (blockSize !== b.run.blockSize || step % blockSize !== 0) return step;
  if (!sameRules(a.segmentRecorded(step), b.segmentRecorded(step))) return step;
  const cut = Math.min(a.segmentAfter(step) ?? last, b.segmentAfter(step) ?? last, last - 1);
  return a.gridBefore(cut);
}

/** Where the next block or segment begins. */
function boundaryAfter(replayer: Replayer, step: number): number {
  return Math.min(
    replayer.gridAfter(step),
    replayer.segmentAfter(step) ?? Number.POSITIVE_INFINITY,
  );
}

async function changesAt(a: Replayer, b: Replayer, step: number): Promise<readonly Difference[]> {
  const [stateA, stateB] = await Promise.all([a.state(step), b.state(step)]);
  return compareStates(stateA, stateB, (await a.segmentAt(step)).simulation);
}

/** Params, seed and program of the last segments, where they differ. */
async function changedInputs(a: Replayer, b: Replayer): Promise<readonly Difference[]> {
  const [inputsA, inputsB] = await Promise.all([inputsOf(a), inputsOf(b)]);
  return differences(inputsA, inputsB).map((difference) => ({
    ...difference,
    path: difference.path.replace(/^state\.?/, ""),
  }));
}

async function inputsOf(replayer: Replayer): Promise<Record<string, unknown>> {
  const segment = replayer.run.segments.at(-1) as Segment;
  const { program, seeds } = await replayer.parts(segment);
  return {
    steps: replayer.run.steps,
    seed: seeds.master,
    params: segment.params,
    program: nameOf(program),
  };
}

function nameOf(program: Program): Record<string, unknown> {
  const { name, module, source, generator, generatorVersion } = program;
  return { name, module, source, generator, generatorVersion };
}
