import { checkStepInRange, checkSteps } from "../../base/checks.ts";
import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import type { Id } from "../../object/id.ts";
import { putParams, readParams } from "../../object/params.ts";
import type { RunManifest, Segment, SegmentBegin } from "../../object/run.ts";
import type { RunMeta } from "../../object/run-meta.ts";
import { encodeSeeds } from "../../object/seeds.ts";
import { putState, type StateRef } from "../../object/state.ts";
import { loadGenerator } from "../../random/generators.ts";
import { parseMasterSeed } from "../../random/seeds.ts";
import type { ObjectWriter } from "../../store/object-store.ts";
import type { Position, Standing } from "../advance.ts";
import { clockAsked } from "../chance.ts";
import { decodeState, type Environment, encodeState } from "../environment.ts";
import { observedBefore } from "../observe/observed-before.ts";
import { carriedParams, mergeParams } from "../params.ts";
import { type Code, freshly, putProgram } from "../programs.ts";
import type { Replayer } from "../replayer.ts";
import { LiveSegment } from "../segment.ts";
import { type AnySimulation, generatorAsked } from "../simulation.ts";
import { restore, type Start, startOf } from "../start.ts";
import type { StreamStates } from "../streams.ts";
import { changedState } from "./changed-state.ts";
import { type Opened, opened } from "./opened.ts";
import { runMeta } from "./record.ts";
import { RECORDER_OPTIONS, type RecorderOptions } from "./record-run.ts";
import { type RecordingPlan, withWitness } from "./recorder.ts";

/**
 * The changes of a fork, in any combination. Without changes it has the same future.
 */
export interface ForkOptions<S = unknown, P extends object = Record<string, unknown>>
  extends RecorderOptions {
  /** Returns a new state, or changes the given one in place and returns nothing. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that changes the state in place returns nothing.
  readonly mutate?: ((state: S) => S | void) | undefined;
  /**
   * New values at paths of the state, such as `{ "agents[3].infected": true }`. Each must be of the
   * same kind as the value it replaces; a plain object must have the same keys.
   */
  readonly set?: Readonly<Record<string, unknown>> | undefined;
  /** New values of params. */
  readonly params?: Partial<P> | undefined;
  /** A new master seed; without one the fork draws what its parent drew. */
  readonly seed?: number | bigint | undefined;
  /** The length of the fork, counted from step 0; unless given, the parent's requested length. */
  readonly steps?: number | undefined;
  /** A line about the fork. */
  readonly message?: string | undefined;
}

/** What those may be; `planFork` checks the others. */
export const FORK_OPTIONS: OptionKinds<ForkOptions> = {
  ...RECORDER_OPTIONS,
  mutate: "function",
  set: "object",
  params: "any",
  seed: "any",
  steps: "any",
  message: "text",
};

/** The place at `step` from which forks begin, so that several forks need only one replay. */
export async function forkStart(replayer: Replayer, step: number): Promise<Start> {
  const position = await replayer.positionAt(step);
  return replayer.env.guard(() => startOf(position, replayer.env));
}

/**
 * Prepares the recording of a fork of a run at `step`. The fork shares every checkpoint before
 * that. `start` is the result of `forkStart` for that step, if it is known.
 */
export async function planFork(
  parent: { readonly id: Id<"run">; readonly replayer: Replayer },
  writer: Pick<ObjectWriter, "put">,
  step: number,
  options: Changes & { readonly start?: Start | undefined },
  ref?: string,
): Promise<RecordingPlan> {
  const { replayer } = parent;
  const { manifest, env } = replayer;
  checkStepInRange(step, manifest.steps, "parent");
  // A fork of an unfinished run goes to the length requested for that run.
  const goal = checkSteps(options.steps ?? manifest.goal);
  if (goal < step) {
    throw new RewindError(
      "INVALID_STEPS",
      `expected at least ${count(step)} steps for a fork at step ${count(step)}, got ${count(goal)}`,
      {
        name: "steps",
        value: goal,
      },
    );
  }
  const { start } = options;
  const position =
    start === undefined
      ? await replayer.positionAt(step)
      : restore({ ...start, segment: await start.segment.fresh() });
  const changed = isChanged(options)
    ? await changedSegment(replayer, writer, position, options)
    : undefined;
  const { blockSize } = manifest;
  const whole = Math.floor(step / blockSize);
  return {
    place: changed?.place ?? position,
    watch: changed === undefined ? position.watch : undefined,
    timeline: await replayer.entries.prefix(replayer.timeline, whole),
    open: await openBlock(replayer, position),
    draft: {
      blockSize,
      goal,
      segments: segmentsBefore(manifest, position, changed?.segment),
      parents: [{ run: parent.id, step }],
      meta: { ...runMeta(env, options.message), ...keptNote(manifest, changed?.segment) },
    },
    observed: await observedBefore(replayer, step, changed === undefined),
    ref,
  };
}

/** Where the first state is from, unless the fork begins with a segment of its own. */
function keptNote(
  { meta: { from } }: Pick<RunManifest, "meta">,
  changed: Segment | undefined,
): Pick<RunMeta, "from"> {
  return from === undefined || changed?.start === 0 ? {} : { from };
}

/** The checkpoint of the block inside which a fork begins: its parent's. Undefined on the grid. */
async function openBlock(
  replayer: Replayer,
  { step, watch }: Position,
): Promise<RecordingPlan["open"]> {
  const { blockSize } = replayer.manifest;
  if (step % blockSize === 0) return undefined;
  const { timeline, entries } = replayer;
  const entry = await entries.entry(timeline, Math.floor(step / blockSize));
  // The witness goes up to the fork, unless a segment began in between.
  return watch.start % blockSize === 0 ? { ...entry, witness: watch.witness } : entry;
}

/** The segments up to a fork. The witness of the segment in which the fork begins ends there. */
function segmentsBefore(
  { segments, blockSize }: Pick<RunManifest, "segments" | "blockSize">,
  { step, watch }: Position,
  changed: Segment | undefined,
): readonly Segment[] {
  const before = segments
    .filter(({ start }) => (changed === undefined ? start <= step : start < step))
    .map((segment) => withWitness(segment, watch, blockSize));
  return changed === undefined ? before : [...before, changed];
}

type Changes = ForkOptions & { readonly code?: Code | undefined };

function isChanged({ mutate, set, params, seed, code }: Changes): boolean {
  return [mutate, set, params, seed, code].some((change) => change !== undefined);
}

/** The segment that begins with the changes, and a position at its start. */
async function changedSegment(
  replayer: Replayer,
  writer: Pick<ObjectWriter, "put">,
  position: Position,
  changes: Changes,
): Promise<{ readonly place: Standing; readonly segment: Segment }> {
  const { env, manifest } = replayer;
  const { step } = position;
  const before = manifest.segments.findLast((segment) => segment.start <= step) as Segment;
  const { program, seeds } = await replayer.parts(before);
  const master = changes.seed === undefined ? seeds.master : parseMasterSeed(changes.seed);
  const algorithm = await loadGenerator(program.generator, program.generatorVersion);
  const code = changes.code ? await freshly(changes.code) : position.segment.program;
  const { simulation } = code;
  // Throws if the new code declares another generator.
  generatorAsked(simulation, { rng: algorithm.name });
  // A fork keeps its parent's, unless its new code says otherwise.
  const clock = changes.code ? clockAsked(simulation, {}, program.clock) : program.clock;
  const valuesBefore = await readParams(before.params, replayer.readObject);
  const params = mergeParams(
    paramsBefore(valuesBefore, changes.code),
    changes.params,
    simulation.params,
  );
  const live = new LiveSegment({
    guard: env.guard,
    start: step,
    program: code,
    params,
    clock,
    algorithm,
    rule: seeds.rule,
    blockSize: manifest.blockSize,
    master,
    hash: env.store.hash,
  });
  const open = (given: unknown): Opened => opened(given, simulation, env);
  const under = stateUnder(simulation, position, env);
  const state = changedState(under, changes, { open, types: simulation.types });
  // The generators continue, unless they are seeded again here or the seed is new.
  const reseeded = changes.seed !== undefined;
  const states = reseeded || live.source.beginsAt(step) ? undefined : position.streams.states();
  const streams = live.streamsAt(step, states);
  const stateChanged = changes.mutate !== undefined || changes.set !== undefined;
  // The segment that this one replaces may have begun with a changed state, which a replay from
  // before it does not reach.
  const replacesBegin = before.start === step && before.begin !== undefined;
  // Also at step 0: under this seed or these params, init may not give the parent's first state.
  const begins =
    step === 0 ||
    replacesBegin ||
    step % manifest.blockSize !== 0 ||
    stateChanged ||
    (reseeded && seeds.rule === "continuous");
  const encoded = begins ? env.guard(() => encodeState(state, simulation, env)) : undefined;
  const programId = changes.code
    ? putProgram(
        changes.code.source,
        { algorithm, clock },
        { put: writer.put, hash: env.store.hash },
      )
    : before.program;
  if (changes.code !== undefined) env.programs.add(programId, changes.code);
  return {
    place: {
      step,
      // The fork continues from a copy, because the caller keeps the values of mutate and set.
      state: encoded ? decodeState(encoded, simulation) : state,
      streams,
      segment: live,
    },
    segment: {
      start: step,
      program: programId,
      seeds:
        changes.seed === undefined
          ? before.seeds
          : writer.put("seeds", encodeSeeds({ rule: seeds.rule, master })),
      params: putParams(params, writer.put),
      begin: encoded && begin(putState(encoded, writer.put), streams.states()),
    },
  };
}

function begin(state: StateRef, { main, named }: StreamStates): SegmentBegin {
  return { state, generator: main, named, witness: 0 };
}

/** The state at a position, with the classes of this simulation: new code has new classes. */
function stateUnder(simulation: AnySimulation, position: Position, env: Environment): unknown {
  const before = position.segment.simulation;
  if (simulation === before) return position.state;
  return env.guard(() => decodeState(encodeState(position.state, before, env), simulation));
}

/**
 * The params before the given ones. Under new code: its defaults, and the old values that it still
 * declares.
 */
function paramsBefore(
  params: Readonly<Record<string, unknown>>,
  code: Code | undefined,
): Readonly<Record<string, unknown>> {
  return code === undefined ? params : carriedParams(params, code.simulation.params ?? {});
}
