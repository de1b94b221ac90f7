import { checkInteger, checkSteps, describe } from "../../base/checks.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import { messageWithin, reasonOf } from "../../base/reason.ts";
import { withData } from "../../base/with-data.ts";
import type { Id } from "../../object/id.ts";
import { type ParamValues, putParams } from "../../object/params.ts";
import type { ProgramClock } from "../../object/program.ts";
import { checkMessage, checkMeta, type RunMeta } from "../../object/run-meta.ts";
import { encodeSeeds, isSeedRule, SEED_RULES, type SeedRule } from "../../object/seeds.ts";
import { EMPTY_TIMELINE } from "../../object/timeline.ts";
import type { GeneratorAlgorithm } from "../../random/generator.ts";
import { DEFAULT_GENERATOR, loadGenerator } from "../../random/generators.ts";
import { parseMasterSeed } from "../../random/seeds.ts";
import type { ObjectWriter } from "../../store/object-store.ts";
import { type Chance, type ClockOptions, clockAsked } from "../chance.ts";
import { type Environment, encodeState } from "../environment.ts";
import { mergeParams } from "../params.ts";
import { type Code, type LoadedProgram, putProgram } from "../programs.ts";
import { LiveSegment } from "../segment.ts";
import { generatorAsked } from "../simulation.ts";
import { missingDraw, NOWHERE, whereOf } from "../step-failure.ts";
import type { Streams } from "../streams.ts";
import { defaultBlockSize } from "./block-size.ts";
import { beginWith, type GivenState, placeAt } from "./given-state.ts";
import { RECORDER_OPTIONS, type RecorderOptions } from "./record-run.ts";
import type { RecordingPlan } from "./recorder.ts";

/** What to record. */
export interface RecordOptions<P extends object = Record<string, unknown>> extends RecorderOptions {
  /** The number of steps. */
  readonly steps: number;
  /**
   * The master seed: a whole number from 0 to 2^53 - 1, or a bigint below 2^256. Random unless
   * given.
   */
  readonly seed?: number | bigint | undefined;
  /** Values for some of the simulation's params; the others keep their defaults. */
  readonly params?: Partial<P> | undefined;
  /**
   * Steps in a block. A replay runs fewer steps than this. Unless given, it is ceil(sqrt(steps)); if
   * that is more, one step for every 16 bytes of the first state's encoding beyond 4 KiB, at most
   * 4,096.
   */
  readonly blockSize?: number | undefined;
  /** The generator's name; the simulation's `rng` unless given, else "xoshiro128++". */
  readonly rng?: string | undefined;
  /**
   * How the generators are seeded; the simulation's `streams` unless given, else "block". "block"
   * seeds them again at each block, by hashing. "step" does so at every step. "continuous" seeds
   * them once for the whole run with the seed itself, as a plain loop does.
   */
  readonly streams?: SeedRule | undefined;
  /**
   * What `Math.random` and the clock give in steps; the simulation's `chance` unless given, else
   * "refuse". Under "run" `Math.random` draws from a stream of the run, and the clock goes on with the
   * steps.
   */
  readonly chance?: Chance | undefined;
  /** The clock under `chance: "run"`; the simulation's `clock` unless given. */
  readonly clock?: ClockOptions | undefined;
  /**
   * A saved state to begin with: the run has its own seed and params, `init` is not called, and the
   * generators are those of its seed, from which nothing was drawn. See `RecordFrom`.
   */
  readonly from?: RecordFrom | undefined;
  /** A line about the run. */
  readonly message?: string | undefined;
}

/**
 * A state with which a run begins: that of a run at a step, by default its last; that in a file,
 * `.json` in the forms of `toJson` or `.cbor` as `rewind get -o` writes it; or a value. JSON does not
 * tell which objects are one object or frozen; CBOR does.
 */
export type RecordFrom =
  | { readonly run: RunWithStates; readonly step?: number | undefined }
  | { readonly file: string }
  | { readonly state: unknown };

/** What `RecordFrom` needs of a `Run`. */
export interface RunWithStates {
  readonly id: Id<"run">;
  readonly steps: number;
  get(step: number): Promise<unknown>;
  encode(state: unknown, step: number): Promise<Uint8Array>;
}

/** What those may be; `planRecording` checks the others. */
export const RECORD_OPTIONS: OptionKinds<RecordOptions> = {
  ...RECORDER_OPTIONS,
  steps: "any",
  seed: "any",
  params: "any",
  blockSize: "any",
  rng: "any",
  streams: "any",
  chance: "any",
  clock: "object",
  from: "object",
  message: "text",
};

/** What to record, once the state that it begins with has been found. */
export interface PlannedOptions extends Omit<RecordOptions, "from"> {
  /** The first state; that of `init` unless given. */
  readonly given?: GivenState | undefined;
}

/** Prepares a recording from step 0: stores its program and seeds and makes the first state. */
export async function planRecording(
  env: Environment,
  writer: ObjectWriter,
  code: Code,
  options: PlannedOptions,
  ref?: string,
): Promise<RecordingPlan> {
  checkSteps(options.steps);
  if (options.blockSize !== undefined) checkInteger(options.blockSize, "blockSize", 1);
  const master = parseMasterSeed(options.seed ?? env.randomSeed());
  const recipe = await putRecipe(env, writer, code, options);
  const params = mergeParams(code.simulation.params ?? {}, options.params);
  const { given } = options;
  const notes = runMeta(env, options.message);
  const meta = given?.note === undefined ? notes : checkMeta({ ...notes, from: given.note });
  return planBeginning(env, writer, { ...recipe, master, params, given, meta, ref });
}

/** What runs have in common that differ only in their params and their seeds. */
export interface Recipe {
  readonly code: LoadedProgram;
  readonly program: Id<"program">;
  readonly algorithm: GeneratorAlgorithm;
  readonly clock: ProgramClock | undefined;
  readonly rule: SeedRule;
  readonly steps: number;
  /** Undefined for the one that fits the first state. */
  readonly blockSize: number | undefined;
}

/** A run that is to be recorded from step 0. */
export interface Beginning extends Recipe {
  readonly master: bigint;
  /** All of its params, frozen. */
  readonly params: ParamValues;
  /** The first state; that of `init` unless given. */
  readonly given?: GivenState | undefined;
  readonly meta: RunMeta;
  readonly ref?: string | undefined;
}

/** Stores the program of runs that are to be recorded. */
export async function putRecipe(
  env: Environment,
  { put }: Pick<ObjectWriter, "put">,
  code: Code,
  options: Omit<RecordOptions, "from">,
): Promise<Recipe> {
  const asked = generatorAsked(code.simulation, options);
  const algorithm = await loadGenerator(asked.rng ?? env.generator?.() ?? DEFAULT_GENERATOR);
  const clock = clockAsked(code.simulation, options);
  const program = putProgram(code.source, { algorithm, clock }, { put, hash: env.store.hash });
  const rule = checkRule(asked.streams ?? "block");
  env.programs.add(program, code);
  const { steps, blockSize } = options;
  return { code, program, algorithm, clock, rule, steps, blockSize };
}

/** Prepares a run from step 0 whose program is stored: stores its seeds and makes the first state. */
export function planBeginning(
  env: Environment,
  writer: Pick<ObjectWriter, "put">,
  beginning: Beginning,
): RecordingPlan {
  const { code, program, algorithm, clock, rule, master, params, steps, given } = beginning;
  const size = beginning.blockSize;
  const seeds = writer.put("seeds", encodeSeeds({ rule, master }));
  const segmentOf = (blockSize: number): LiveSegment =>
    new LiveSegment({
      ...{ guard: env.guard, start: 0, program: code, params, clock, algorithm, rule, master },
      blockSize,
      hash: env.store.hash,
    });
  // The first state and the first block's generators are the same for any size.
  const first = segmentOf(size ?? 1);
  const place = given && placeAt(env, first, given);
  const { state, streams } = place ?? initialState(env, first);
  const encoded =
    place?.encoded ?? (size === undefined ? encodedIfPossible(state, first, env) : undefined);
  const blockSize = size ?? defaultBlockSize(steps, encoded?.length ?? 0);
  const segment = size === undefined ? segmentOf(blockSize) : first;
  const begin = place && beginWith(place, writer);
  return {
    place: { step: 0, state, streams, segment },
    encoded,
    timeline: EMPTY_TIMELINE,
    draft: {
      blockSize,
      goal: steps,
      segments: [{ start: 0, program, seeds, params: putParams(params, writer.put), begin }],
      parents: [],
      meta: beginning.meta,
    },
    ref: beginning.ref,
  };
}

/** The encoding of the first state; undefined if it cannot be encoded, which the recorder explains. */
function encodedIfPossible(
  state: unknown,
  { simulation }: LiveSegment,
  env: Environment,
): Uint8Array | undefined {
  try {
    return env.guard(() => encodeState(state, simulation, env));
  } catch (error) {
    if (isRewindError(error, "INTERRUPTED")) throw error;
    return undefined;
  }
}

/** The notes on a run: where and when it was recorded, and the message. */
export function runMeta(env: Environment, message: string | undefined): RunMeta {
  const noted = message === undefined ? {} : { message: checkMessage(message) };
  return checkMeta({ ...env.describeRun(), ...noted });
}

/**
 * The first state of a run and the generators of its first step. Throws INIT_FAILED,
 * STEP_RETURNED_PROMISE.
 */
export function initialState(
  env: Environment,
  segment: LiveSegment,
): { readonly state: unknown; readonly streams: Streams } {
  const { simulation, context, source } = segment;
  const streams = source.ofInit();
  let state: unknown;
  let where = NOWHERE;
  try {
    state = env.guard(() => {
      segment.begin();
      segment.use(streams);
      try {
        return simulation.init({ ...context, rng: streams.main });
      } catch (error) {
        // Here, because Node reads the stack of an error that leaves a run.
        where = whereOf(error, segment);
        throw error;
      }
    });
    segment.checkParams();
  } catch (cause) {
    const shown = where.place && ` (${where.place})`;
    if (isRewindError(cause, "INTERRUPTED")) throw cause;
    if (isRewindError(cause, "FORBIDDEN_IN_STEP")) {
      throw withData(cause, where.data, `${messageWithin(cause, " in init")}${shown}`);
    }
    const hint = missingDraw(cause, segment.algorithm);
    const data = { ...where.data, ...(hint !== undefined && { hint }) };
    throw new RewindError("INIT_FAILED", `init failed: ${reasonOf(cause)}${shown}`, data, {
      cause,
    });
  } finally {
    segment.rest();
  }
  if (state === undefined) {
    throw new RewindError(
      "INIT_FAILED",
      "expected init to return the first state, but it returned nothing",
    );
  }
  if (typeof (state as { then?: unknown } | null)?.then === "function") {
    throw new RewindError(
      "STEP_RETURNED_PROMISE",
      "expected init to return the first state, but it returned a promise",
    );
  }
  return { state, streams: source.rule === "continuous" ? streams : source.at(0) };
}

function checkRule(rule: unknown): SeedRule {
  if (isSeedRule(rule)) return rule;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected streams to be ${SEED_RULES.join(", ")}, got ${describe(rule)}`,
    { name: "streams", value: rule },
  );
}
