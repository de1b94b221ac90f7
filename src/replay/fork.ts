import { checkStepInRange, checkSteps, describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { getAt, parsePath, setAt } from "../codec/path.ts";
import type { Id } from "../object/id.ts";
import { checkpointCount, type Segment } from "../object/run.ts";
import { encodeSeeds } from "../object/seeds.ts";
import { putState } from "../object/state.ts";
import { generatorNamed } from "../random/registry.ts";
import { parseMasterSeed } from "../random/seeds.ts";
import type { ObjectWriter } from "../store/object-store.ts";
import type { Position } from "./advance.ts";
import { decodeState, type Environment, encodeState } from "./environment.ts";
import { mergeParams } from "./params.ts";
import { type Code, putProgram } from "./programs.ts";
import { runMeta } from "./record.ts";
import type { RecorderOptions, RecordingPlan } from "./recorder.ts";
import type { Replayer } from "./replayer.ts";
import { LiveSegment } from "./segment.ts";
import type { AnySimulation } from "./simulation.ts";

/** What a fork changes from its step on, alone or together; nothing gives the same future again. */
export interface ForkOptions<S = unknown, P extends object = Record<string, unknown>>
  extends RecorderOptions {
  /** Changes the state: returns another one, or changes it in place and returns nothing. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that changes the state in place returns nothing.
  readonly mutate?: ((state: S) => S | void) | undefined;
  /** New values at paths of the state, such as `{ "agents[3].infected": true }`. */
  readonly set?: Readonly<Record<string, unknown>> | undefined;
  /** Params that get new values. */
  readonly params?: Partial<P> | undefined;
  /** A new master seed; without one the fork draws what its parent drew. */
  readonly seed?: number | bigint | undefined;
  /** The length of the fork, counted from step 0; its parent's unless given. */
  readonly steps?: number | undefined;
  /** A line about the fork. */
  readonly message?: string | undefined;
}

/** Prepares the recording of a fork of a run at `step`: it shares every checkpoint before. */
export async function planFork(
  parent: { readonly id: Id<"run">; readonly replayer: Replayer },
  writer: ObjectWriter,
  step: number,
  options: ForkOptions & { readonly code?: Code | undefined },
  ref?: string,
): Promise<RecordingPlan> {
  const { replayer } = parent;
  const { run, env } = replayer;
  checkStepInRange(step, run.steps, "parent");
  const goal = checkSteps(options.steps ?? run.steps);
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
  let position = await replayer.position(step);
  let segments: readonly Segment[] = run.segments.filter((segment) => segment.start <= step);
  if (isChanged(options)) {
    const changed = await changedSegment(replayer, writer, position, options);
    position = changed.position;
    segments = [...segments.filter((segment) => segment.start < step), changed.segment];
  }
  const { blockSize } = run;
  return {
    position,
    timeline: await replayer.entries.prefix(replayer.timeline, checkpointCount(step, blockSize)),
    draft: {
      blockSize,
      goal,
      segments,
      parents: [{ run: parent.id, step }],
      meta: runMeta(env, options.message),
    },
    ref,
  };
}

type Changes = ForkOptions & { readonly code?: Code | undefined };

function isChanged({ mutate, set, params, seed, code }: Changes): boolean {
  return [mutate, set, params, seed, code].some((change) => change !== undefined);
}

/** The segment that begins with the changes, and a position at its start. */
async function changedSegment(
  replayer: Replayer,
  writer: ObjectWriter,
  position: Position,
  changes: Changes,
): Promise<{ readonly position: Position; readonly segment: Segment }> {
  const { env, run } = replayer;
  const { step } = position;
  const before = run.segments.findLast((segment) => segment.start <= step) as Segment;
  const { program, seeds } = await replayer.parts(before);
  const master = changes.seed === undefined ? seeds.master : parseMasterSeed(changes.seed);
  const algorithm = generatorNamed(program.generator, program.generatorVersion);
  const simulation = changes.code?.simulation ?? position.segment.simulation;
  const params = mergeParams(paramsBefore(before.params, changes.code), changes.params);
  const live = new LiveSegment({
    start: step,
    simulation,
    params,
    algorithm,
    blockSize: run.blockSize,
    master,
    hash: env.store.hash,
  });
  const own = (given: unknown): unknown =>
    env.guard(() => decodeState(encodeState(given, simulation, env), simulation));
  const state = changedState(stateUnder(simulation, position, env), changes, own);
  // Inside a block the generator goes on where it stood, unless the seed is a new one.
  const onGrid = step % run.blockSize === 0;
  const rng = onGrid || changes.seed !== undefined ? live.generatorAt(step) : position.rng;
  const stateChanged = changes.mutate !== undefined || changes.set !== undefined;
  // At step 0 as well: the parent's first state is not what init gives under this seed or params.
  const begins = step === 0 || !onGrid || stateChanged;
  const encoded = begins ? env.guard(() => encodeState(state, simulation, env)) : undefined;
  const programId = changes.code
    ? putProgram(changes.code.source, algorithm, writer.put)
    : before.program;
  env.programs.add(programId, simulation);
  return {
    position: {
      step,
      // What mutate or set gave stays the caller's: the fork goes on from a copy.
      state: encoded ? decodeState(encoded, simulation) : state,
      rng,
      segment: live,
    },
    segment: {
      start: step,
      program: programId,
      seeds:
        changes.seed === undefined
          ? before.seeds
          : writer.put("seeds", encodeSeeds({ rule: "block", master })),
      params,
      begin: encoded && { state: putState(encoded, writer.put), generator: rng.state() },
    },
  };
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
  if (code === undefined) return params;
  const defaults: Record<string, unknown> = code.simulation.params ?? {};
  const kept = Object.entries(params).filter(([name]) => Object.hasOwn(defaults, name));
  return mergeParams(defaults, Object.fromEntries(kept));
}

/** The state with the changes made; `own` copies what mutate gave before anything is set in it. */
function changedState(
  before: unknown,
  { mutate, set }: Changes,
  own: (given: unknown) => unknown,
): unknown {
  let state = before;
  if (mutate !== undefined) {
    const next = callMutate(mutate, state);
    if (next === undefined && (typeof state !== "object" || state === null)) {
      throw new RewindError(
        "FUNCTION_FAILED",
        `expected mutate to return the new state: it returned nothing, and ${describe(state)} cannot be changed in place`,
      );
    }
    if (next !== undefined) state = set === undefined ? next : own(next);
  }
  for (const [text, value] of Object.entries(set ?? {})) {
    const path = parsePath(text);
    // Reading first refuses a path that is not there, so that a typing error adds no field.
    getAt(state, path);
    state = setAt(state, path, value);
  }
  return state;
}

function callMutate(mutate: (state: unknown) => unknown, state: unknown): unknown {
  try {
    return mutate(state);
  } catch (cause) {
    const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : describe(cause);
    throw new RewindError("FUNCTION_FAILED", `mutate failed: ${message}`, {}, { cause });
  }
}
