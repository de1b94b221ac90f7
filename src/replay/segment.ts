import { isRewindError, RewindError } from "../base/errors.ts";
import type { Hash } from "../codec/hash.ts";
import type { Segment } from "../object/run.ts";
import type { Get } from "../object/state.ts";
import type { GeneratorAlgorithm, RandomGenerator } from "../random/generator.ts";
import { generatorNamed } from "../random/registry.ts";
import { blockSeeder, deriveSeed } from "../random/seeds.ts";
import type { Environment } from "./environment.ts";
import type { AnySimulation } from "./simulation.ts";

/** A segment with its code at hand: what a step of it needs. */
export class LiveSegment {
  readonly start: number;
  readonly simulation: AnySimulation;
  readonly params: Readonly<Record<string, unknown>>;
  /** What steps are given; `advance` sets its step. */
  readonly context: { step: number; readonly params: Readonly<Record<string, unknown>> };
  readonly algorithm: GeneratorAlgorithm;
  readonly blockSize: number;
  readonly #seedOfBlock: (block: number) => Uint8Array;
  readonly #seedOfInit: () => Uint8Array;

  constructor(options: {
    readonly start: number;
    readonly simulation: AnySimulation;
    readonly params: Readonly<Record<string, unknown>>;
    readonly algorithm: GeneratorAlgorithm;
    readonly blockSize: number;
    readonly master: bigint;
    readonly hash: Hash;
  }) {
    const { hash, master } = options;
    this.start = options.start;
    this.simulation = options.simulation;
    this.params = options.params;
    // No further properties and no other params: what a step left here, no checkpoint would hold.
    this.context = Object.preventExtensions(
      Object.defineProperty({ step: options.start, params: options.params }, "params", {
        writable: false,
        configurable: false,
      }),
    );
    this.algorithm = options.algorithm;
    this.blockSize = options.blockSize;
    this.#seedOfBlock = blockSeeder(hash, master);
    this.#seedOfInit = () => deriveSeed({ hash, master, stream: "init", index: 0 });
  }

  /** The generator as it stands at the first step of the block that `step` is in. */
  generatorAt(step: number): RandomGenerator {
    const seed = this.#seedOfBlock(Math.floor(step / this.blockSize));
    // Nothing may be left on a generator, such as a spare deviate: its state would not hold it.
    return Object.preventExtensions(this.algorithm.fromSeed(seed));
  }

  /** The generator whose `state()` gave these bytes, which a run holds. Throws OBJECT_INVALID. */
  generatorIn(state: Uint8Array): RandomGenerator {
    try {
      return Object.preventExtensions(this.algorithm.fromState(state));
    } catch (cause) {
      if (!isRewindError(cause, "INVALID_ARGUMENT")) throw cause;
      throw new RewindError("OBJECT_INVALID", `not a valid run: ${cause.message}`, {}, { cause });
    }
  }

  /** The generator that `init` draws from. */
  generatorOfInit(): RandomGenerator {
    return this.algorithm.fromSeed(this.#seedOfInit());
  }
}

/** Brings a recorded segment to life. Throws GENERATOR_CHANGED, PROGRAM_MISSING and the like. */
export async function openSegment(
  segment: Segment,
  blockSize: number,
  get: Get,
  env: Environment,
): Promise<LiveSegment> {
  const { program, seeds } = await env.programs.parts(segment, get);
  return new LiveSegment({
    start: segment.start,
    simulation: await env.programs.open(segment.program, program),
    params: frozen(segment.params),
    algorithm: generatorNamed(program.generator, program.generatorVersion),
    blockSize,
    master: seeds.master,
    hash: env.store.hash,
  });
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
