import { checkInteger, checkSteps, describe } from "../../base/checks.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import type { Id } from "../../object/id.ts";
import { putParams } from "../../object/params.ts";
import { checkMessage, checkMeta, type RunMeta } from "../../object/run-meta.ts";
import { encodeSeeds, isSeedRule, SEED_RULES, type SeedRule } from "../../object/seeds.ts";
import { EMPTY_TIMELINE } from "../../object/timeline.ts";
import { DEFAULT_GENERATOR, loadGenerator } from "../../random/generators.ts";
import { parseMasterSeed } from "../../random/seeds.ts";
import type { ObjectWriter } from "../../store/object-store.ts";
import { type Chance, type ClockOptions, clockAsked } from "../chance.ts";
import { type Environment, encodeState } from "../environment.ts";
import { initialState } from "../initial-state.ts";
import { mergeParams } from "../params.ts";
import { type Code, putProgram } from "../programs.ts";
import { LiveSegment } from "../segment.ts";
import { generatorAsked } from "../simulation.ts";
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
  const steps = checkSteps(options.steps);
  const size = options.blockSize;
  if (size !== undefined) checkInteger(size, "blockSize", 1);
  const master = parseMasterSeed(options.seed ?? env.randomSeed());
  const asked = generatorAsked(code.simulation, options);
  const algorithm = await loadGenerator(asked.rng ?? env.generator?.() ?? DEFAULT_GENERATOR);
  const params = mergeParams(code.simulation.params ?? {}, options.params);
  const clock = clockAsked(code.simulation, options);
  const drawing = { algorithm, clock };
  const program = putProgram(code.source, drawing, { put: writer.put, hash: env.store.hash });
  const rule = checkRule(asked.streams ?? "block");
  const seeds = writer.put("seeds", encodeSeeds({ rule, master }));
  env.programs.add(program, code);
  const segmentOf = (blockSize: number): LiveSegment =>
    new LiveSegment({
      ...{ guard: env.guard, start: 0, program: code, params, clock, algorithm, rule, master },
      blockSize,
      hash: env.store.hash,
    });
  // The first state and the first block's generators are the same for any size.
  const first = segmentOf(size ?? 1);
  const { given } = options;
  const place = given && placeAt(env, first, given);
  const { state, streams } = place ?? initialState(env, first);
  const encoded =
    place?.encoded ?? (size === undefined ? encodedIfPossible(state, first, env) : undefined);
  const blockSize = size ?? defaultBlockSize(steps, encoded?.length ?? 0);
  const segment = size === undefined ? segmentOf(blockSize) : first;
  const begin = place && beginWith(place, writer);
  const meta = runMeta(env, options.message);
  return {
    place: { step: 0, state, streams, segment },
    encoded,
    timeline: EMPTY_TIMELINE,
    draft: {
      blockSize,
      goal: steps,
      segments: [{ start: 0, program, seeds, params: putParams(params, writer.put), begin }],
      parents: [],
      meta: given?.note === undefined ? meta : checkMeta({ ...meta, from: given.note }),
    },
    ref,
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

function checkRule(rule: unknown): SeedRule {
  if (isSeedRule(rule)) return rule;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected streams to be ${SEED_RULES.join(", ")}, got ${describe(rule)}`,
    { name: "streams", value: rule },
  );
}
