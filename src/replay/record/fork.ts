import { checkStepInRange, checkSteps } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import type { Id } from "../../object/id.ts";
import { putParams, readParams } from "../../object/params.ts";
import type { RunManifest, Segment, SegmentBegin } from "../../object/run.ts";
import { encodeSeeds } from "../../object/seeds.ts";
import { putState, type StateRef } from "../../object/state.ts";
import { loadGenerator } from "../../random/generators.ts";
import { parseMasterSeed } from "../../random/seeds.ts";
import type { ObjectWriter } from "../../store/object-store.ts";
import type { Position, Standing } from "../advance.ts";
import { decodeState, type Environment, encodeState } from "../environment.ts";
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
import { type RecorderOptions, type RecordingPlan, withWitness } from "./recorder.ts";

/** What a fork changes from its step on, alone or together; nothing gives the same future again. */
export interface ForkOptions<S = unknown, P extends object = Record<string, unknown>>
  extends RecorderOptions {
  /** Changes the state: returns another one, or changes it in place and returns nothing. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that changes the state in place returns nothing.
  readonly mutate?: ((state: S) => S | void) | undefined;
  /**
   * New values at paths of the state, such as `{ "agents[3].infected": true }`, each of the kind of
   * the value that is there; a plain object with the keys that it has.
   */
  readonly set?: Readonly<Record<string, unknown>> | undefined;
  /** Params that get new values. */
  readonly params?: Partial<P> | undefined;
  /** A new master seed; without one the fork draws what its parent drew. */
  readonly seed?: number | bigint | undefined;
  /** The length of the fork, counted from step 0; unless given, the one that its parent was to have. */
  readonly steps?: number | undefined;
  /** A line about the fork. */
  readonly message?: string | undefined;
}

/** The place at `step` from which forks begin, so that several need but one replay of their parent. */
export async function forkStart(replayer: Replayer, step: number): Promise<Start> {
  const position = await replayer.position(step);
  return replayer.env.guard(() => startOf(position, replayer.env));
}

/**
 * Prepares the recording of a fork of a run at `step`: it shares every checkpoint before. `start`
 * is what `forkStart` gave for that step, where it is known.
 */
export async function planFork(
  parent: { readonly id: Id<"run">; readonly replayer: Replayer },
  writer: Pick<ObjectWriter, "put">,
  step: number,
  options: Changes & { readonly start?: Start | undefined },
  ref?: string,
): Promise<RecordingPlan> {
  const { replayer } = parent;
  const { run, env } = replayer;
  checkStepInRange(step, run.steps, "parent");
  // Of an unfinished run the fork goes where that was to go.
  const goal = checkSteps(options.steps ?? run.goal);
  if (goal < step) {
    throw new RewindError(
      "INVALID_STEPS",
      `expected at least ${step} steps for a fork at step ${step}, got ${goal}`,
      {
        name: "steps",
        value: goal,
      },
    );
  }
  const { start } = options;
  const position =
    start === undefined
      ? await replayer.position(step)
      : restore({ ...start, segment: await start.segment.fresh() });
  const changed = isChanged(options)
    ? await changedSegment(replayer, writer, position, options)
    : undefined;
  const { blockSize } = run;
  const whole = Math.floor(step / blockSize);
  return {
    place: changed?.place ?? position,
    watch: changed === undefined ? position.watch : undefined,
    timeline: await replayer.entries.prefix(replayer.timeline, whole),
    open: await openBlock(replayer, position),
    draft: {
      blockSize,
      goal,
      segments: segmentsBefore(run, position, changed?.segment),
      parents: [{ run: parent.id, step }],
      meta: runMeta(env, options.message),
    },
    ref,
  };
}

/** The block in which a fork begins, where it begins inside one: its checkpoint is its parent's. */
async function openBlock(
  replayer: Replayer,
  { step, watch }: Position,
): Promise<RecordingPlan["open"]> {
  const { blockSize } = replayer.run;
  if (step % blockSize === 0) return undefined;
  const { timeline, entries } = replayer;
  const entry = await entries.entry(timeline, Math.floor(step / blockSize));
  // Unless a segment began in between, its witness goes up to here.
  return watch.start % blockSize === 0 ? { ...entry, witness: watch.witness } : entry;
}

/** The segments up to a fork, the witness of the one in which it begins cut there. */
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
  const { env, run } = replayer;
  const { step } = position;
  const before = run.segments.findLast((segment) => segment.start <= step) as Segment;
  const { program, seeds } = await replayer.parts(before);
  const master = changes.seed === undefined ? seeds.master : parseMasterSeed(changes.seed);
  const algorithm = await loadGenerator(program.generator, program.generatorVersion);
  const code = changes.code ? await freshly(changes.code) : position.segment.program;
  const { simulation } = code;
  // Throws for new code that says it draws from another generator.
  generatorAsked(simulation, { rng: algorithm.name });
  const valuesBefore = await readParams(before.params, replayer.get);
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
    algorithm,
    rule: seeds.rule,
    blockSize: run.blockSize,
    master,
    hash: env.store.hash,
  });
  const open = (given: unknown): Opened => opened(given, simulation, env);
  const under = stateUnder(simulation, position, env);
  const state = changedState(under, changes, { open, types: simulation.types });
  // Unless they begin afresh here, or the seed is a new one, the generators go on where they stood.
  const reseeded = changes.seed !== undefined;
  const states = reseeded || live.source.beginsAt(step) ? undefined : position.streams.states();
  const streams = live.streamsAt(step, states);
  const stateChanged = changes.mutate !== undefined || changes.set !== undefined;
  // The segment that this one replaces may have begun with a changed state, which a replay from before
  // it does not give.
  const replacesBegin = before.start === step && before.begin !== undefined;
  // At step 0 as well: the parent's first state is not what init gives under this seed or params.
  const begins =
    step === 0 ||
    replacesBegin ||
    step % run.blockSize !== 0 ||
    stateChanged ||
    (reseeded && seeds.rule === "continuous");
  const encoded = begins ? env.guard(() => encodeState(state, simulation, env)) : undefined;
  const programId = changes.code
    ? putProgram(changes.code.source, algorithm, { put: writer.put, hash: env.store.hash })
    : before.program;
  if (changes.code !== undefined) env.programs.add(programId, changes.code);
  return {
    place: {
      step,
      // What mutate or set gave stays the caller's: the fork goes on from a copy.
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

/** The state at a position, as the codecs of this simulation read it: new code has new classes. */
function stateUnder(simulation: AnySimulation, position: Position, env: Environment): unknown {
  const before = position.segment.simulation;
  if (simulation === before) return position.state;
  return env.guard(() => decodeState(encodeState(position.state, before, env), simulation));
}

/** The params that go on: under new code, those that it still declares, over its own defaults. */
function paramsBefore(
  params: Readonly<Record<string, unknown>>,
  code: Code | undefined,
): Readonly<Record<string, unknown>> {
  return code === undefined ? params : carriedParams(params, code.simulation.params ?? {});
}
