import { describe } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import { readParams } from "../object/params.ts";
import type { ProgramClock } from "../object/program.ts";
import type { Segment } from "../object/run.ts";
import type { SeedRule } from "../object/seeds.ts";
import type { ReadObject } from "../object/state.ts";
import type { GeneratorAlgorithm, RandomGenerator } from "../random/generator.ts";
import { loadGenerator } from "../random/generators.ts";
import { CHANCE_STREAM, RunChance } from "./chance.ts";
import type { Environment } from "./environment.ts";
import type { Guard, RunningCode } from "./guard.ts";
import { type OwnParams, ownParams } from "./param-views.ts";
import { type CodePlace, freshly, type LoadedProgram } from "./programs.ts";
import type { AnySimulation, Params, StepContext } from "./simulation.ts";
import { StreamSource, type StreamStates, type Streams } from "./streams.ts";

/** The parts of a live segment. */
interface SegmentOptions {
  readonly start: number;
  readonly program: LoadedProgram;
  readonly params: Readonly<Record<string, unknown>>;
  readonly algorithm: GeneratorAlgorithm;
  readonly rule: SeedRule;
  readonly blockSize: number;
  readonly master: bigint;
  readonly hash: Hash;
  /** The clock of its steps, which then draw by `Math.random` too; both are refused without it. */
  readonly clock: ProgramClock | undefined;
  /** The guard that its steps run in, if any. */
  readonly guard: Guard;
}

/** A segment with its code loaded: everything that its steps need. */
export class LiveSegment {
  readonly start: number;
  /** The instance of the program whose steps run. */
  readonly simulation: AnySimulation;
  readonly params: Readonly<Record<string, unknown>>;
  /** The context that steps get; `advance` sets its step. */
  readonly context: StepContext<Params> & { step: number };
  readonly blockSize: number;
  readonly algorithm: GeneratorAlgorithm;
  /** Makes its generators. */
  readonly source: StreamSource;
  readonly program: LoadedProgram;
  readonly #options: SegmentOptions;
  readonly #own: OwnParams;
  readonly #code: RunningCode;
  /** The generators that `context.stream` takes from. */
  #current: Streams | undefined;

  constructor(options: SegmentOptions, source: StreamSource = new StreamSource(options)) {
    this.#options = options;
    this.start = options.start;
    this.program = options.program;
    this.simulation = options.program.simulation;
    this.#own = ownParams(options.params);
    this.params = this.#own.params;
    // No step may add or change a property: no checkpoint would hold it.
    const fixed = { writable: false, configurable: false };
    const stream = (name: string): RandomGenerator => this.#streams().stream(unreserved(name));
    this.context = Object.preventExtensions(
      Object.defineProperties(
        { step: options.start, params: this.params, stream, log: logOf(options.guard, this) },
        { params: fixed, stream: fixed, log: fixed },
      ),
    );
    const chance = (): RandomGenerator => this.#streams().stream(CHANCE_STREAM);
    this.#code = {
      chance: options.clock && new RunChance(options.clock, this.context, chance),
    };
    this.blockSize = options.blockSize;
    this.algorithm = options.algorithm;
    this.source = source;
  }

  /**
   * The same segment with an instance of the program in which no step has run yet; the segment
   * itself if the program has only one instance.
   */
  async fresh(): Promise<LiveSegment> {
    if (this.program.fresh === undefined) return this;
    return new LiveSegment({ ...this.#options, program: await freshly(this.program) }, this.source);
  }

  /** The same rules from another step, with another master seed. */
  seeded(master: bigint, start: number): LiveSegment {
    return new LiveSegment({ ...this.#options, master, start });
  }

  /** Whether its steps have chance and a clock from the run. */
  get hasChance(): boolean {
    return this.#code.chance !== undefined;
  }

  /** Call before steps or `init`: sets the generators that they draw from. */
  use(streams: Streams): void {
    this.#current = streams;
    this.#code.chance?.begin();
    this.#options.guard.code = this.#code;
  }

  /** Call after steps, before other code runs: only steps have the run's chance and its clock. */
  pause(): void {
    this.#options.guard.code = undefined;
  }

  /**
   * Call before steps of this segment: pins their time zone and locale, and names the running step.
   */
  begin(): void {
    const { guard } = this.#options;
    guard.running = this.context;
    if (this.program.place !== undefined) guard.pin(this.program.place);
  }

  /** Throws FORBIDDEN_IN_STEP if a step has changed a typed array in its params. */
  checkParams(): void {
    const path = this.#own.changed();
    if (path === undefined) return;
    throw new RewindError(
      "FORBIDDEN_IN_STEP",
      `${path} was changed in a step, but params are the same in every step: ${KEEP_IN_STATE}`,
      { name: path, hint: KEEP_IN_STATE },
    );
  }

  /** Call after the steps: a context that a program kept then gives no generators. */
  rest(): void {
    this.#current = undefined;
    this.pause();
    this.#options.guard.running = undefined;
  }

  /** The places in its program's files at which an error was thrown, the innermost first. */
  placesOf(error: unknown): readonly CodePlace[] {
    const { places } = this.program;
    if (places === undefined || !(error instanceof Error)) return [];
    // In a step a stack holds no places.
    const stack = this.#options.guard.outside(() => error.stack);
    return typeof stack === "string" ? places(stack) : [];
  }

  /** The generators in these states; fresh ones without states. Throws OBJECT_INVALID. */
  streamsAt(step: number, states: StreamStates | undefined): Streams {
    // If every step has its own generators, earlier states do not matter.
    if (states === undefined || this.source.rule === "step") return this.source.at(step);
    try {
      return this.source.restored(step, states);
    } catch (cause) {
      if (!isRewindError(cause, "INVALID_ARGUMENT")) throw cause;
      throw new RewindError("OBJECT_INVALID", `not a valid run: ${cause.message}`, {}, { cause });
    }
  }

  #streams(): Streams {
    if (this.#current !== undefined) return this.#current;
    throw new RewindError(
      "INVALID_ARGUMENT",
      "expected a step to be running: a stream is for steps",
    );
  }
}

/** The longest text that a step can log at once. */
const LONGEST_LOG = 4_096;

/** `ctx.log` of a segment: its texts go to whoever replays the run for them. */
function logOf(guard: Guard, segment: { readonly context: { readonly step: number } }) {
  return (text: string): void => {
    // Checked in every run, so that a wrong call fails when it is recorded.
    if (typeof text !== "string") throw wrongLog(`got ${describe(text)}`);
    if (text.length > LONGEST_LOG) throw wrongLog(`got ${count(text.length)}`);
    guard.log?.(segment.context.step, text);
  };
}

function wrongLog(got: string): RewindError {
  return new RewindError(
    "INVALID_ARGUMENT",
    `expected ctx.log to get a text of at most ${count(LONGEST_LOG)} characters, ${got}`,
    { name: "text" },
  );
}

function unreserved(name: string): string {
  if (name !== CHANCE_STREAM) return name;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected another name for a stream than ${name}, from which Math.random draws under chance: "run"`,
    { name },
  );
}

const KEEP_IN_STATE = "keep what changes in the state";

/**
 * Loads the code and params of a recorded segment. Throws GENERATOR_CHANGED, PROGRAM_MISSING and
 * the like.
 */
export async function openSegment(
  segment: Segment,
  blockSize: number,
  get: ReadObject,
  env: Environment,
): Promise<LiveSegment> {
  const { program, seeds } = await env.programs.parts(segment, get);
  return new LiveSegment({
    start: segment.start,
    program: await env.programs.open(segment.program, program),
    guard: env.guard,
    clock: program.clock,
    params: frozen(await readParams(segment.params, get)),
    algorithm: await loadGenerator(program.generator, program.generatorVersion),
    rule: seeds.rule,
    blockSize,
    master: seeds.master,
    hash: env.store.hash,
  });
}

function frozen<T>(value: T): T {
  // A typed array cannot be frozen.
  if (ArrayBuffer.isView(value)) return value;
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
