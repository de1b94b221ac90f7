import { describe } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { either } from "../base/either.ts";
import { RewindError } from "../base/errors.ts";
import { classFault } from "../codec/state/class-fault.ts";
import type { TypeCodecs } from "../codec/state/type-codecs.ts";
import { LONGEST_NAME } from "../object/program.ts";
import { isSeedRule, SEED_RULES, type SeedRule } from "../object/seeds.ts";
import type { GeneratorName, GeneratorOf } from "../random/generators.ts";
import { CHANCES, type Chance, type ClockOptions, isChance } from "./chance.ts";
import { type Observer, observersFault } from "./observers.ts";

/**
 * Named parameters: numbers, bigints, strings, booleans, null, typed arrays, and arrays or plain
 * objects of them.
 */
export type Params = Readonly<Record<string, unknown>>;

/** What a step may read in addition to its state and its generator. */
export interface StepContext<P, G extends GeneratorName = GeneratorName> {
  /** The steps applied so far: this call turns the state at `step` into the state at `step + 1`. */
  readonly step: number;
  /** The run's parameters, frozen. */
  readonly params: Readonly<P>;
  /**
   * A separate generator for a name. Its numbers do not depend on what other generators draw: with
   * a stream for each purpose, a model has the same births when its deaths draw more. Only in
   * `init` and `step`. A name is a text of 1 to 256 bytes.
   */
  stream(name: string): GeneratorOf<G>;
  /**
   * Notes a text of at most 4,096 characters, in `init` and in steps. A recording keeps none of it:
   * `rewind logs` and `Run.logs` give the lines of any steps, by replay.
   */
  log(text: string): void;
}

/** What `init` may look at: the context of step 0, and a generator. */
export interface InitContext<P, G extends GeneratorName = GeneratorName> extends StepContext<P, G> {
  readonly rng: GeneratorOf<G>;
}

/** What the functions of an output get in addition to the state. */
export interface OutputContext<P> {
  /** The step of the state. */
  readonly step: number;
  /** The run's parameters at that step, frozen. */
  readonly params: Readonly<P>;
}

/**
 * A text file that follows a run, such as a CSV file: a header, and a row for the states at some of
 * the steps. It is a pure function of the run, so that its bytes do not depend on how the run was
 * recorded.
 */
export interface Output<S = unknown, P = Params> {
  /** Steps that are multiples of this have a row, step 0 too; 1 unless given. */
  readonly every?: number | undefined;
  /**
   * The first line, or several. After a fork or an extension that gives it another text, the new
   * text comes before the first row of those steps.
   */
  readonly header?: string | ((ctx: Pick<OutputContext<P>, "params">) => string) | undefined;
  /**
   * The row of a state, without a line feed; undefined if this step has no row. It must not change
   * the state, and draws nothing.
   */
  row(state: S, ctx: OutputContext<P>): string | undefined;
}

/**
 * A simulation: how it starts and how one state becomes the next. `S` is the state, any value that
 * survives the state encoding; `P` the parameters; `G` the name of its generator.
 */
export interface Simulation<
  S = unknown,
  P extends object = Record<never, never>,
  G extends GeneratorName = GeneratorName,
> {
  readonly name: string;
  /**
   * The name of its generator, whose methods its steps can call; the default generator unless
   * given.
   */
  readonly rng?: G;
  /** How its generators are seeded, unless `RecordOptions.streams` says. */
  readonly streams?: SeedRule;
  /**
   * What `Math.random` and the clock give in `init` and in steps, unless `RecordOptions.chance` says:
   * "refuse", the default, refuses them; under "run" `Math.random` and the web's `crypto` draw from a
   * stream of the run, and the clock goes on with the steps. For packages that draw and tell the time
   * by themselves.
   */
  readonly chance?: Chance;
  /** The clock under `chance: "run"`: by default it begins at 0 and goes on by 1 ms a step. */
  readonly clock?: ClockOptions;
  /** The parameters' default values; only parameters named here can be set. */
  readonly params?: P;
  /** The first state, the state at step 0. */
  init(ctx: InitContext<P, G>): S;
  /** Returns the next state, or changes `state` in place and returns nothing. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a step that changes its state in place returns nothing.
  step(state: S, rng: GeneratorOf<G>, ctx: StepContext<P, G>): S | void;
  /**
   * The classes whose instances a state may hold: each class itself, as in `types: { Body, World }`,
   * or a codec.
   */
  readonly types?: TypeCodecs;
  /**
   * Quantities to keep statistics of while a run is recorded, each a function of the state, as in
   * `observe: { infected: (state) => state.infected }`. Names have at most 64 letters, digits, `_`, `.`
   * and `-`.
   */
  readonly observe?: Readonly<Record<string, Observer<S, P>>>;
  /**
   * Text files that follow a run, by name: `outputs: { "population.csv": every: 10, header, row }`.
   * A name is a path of plain names, such as `daily/population.csv`.
   */
  readonly outputs?: Readonly<Record<string, Output<S, P>>> | undefined;
}

/** A simulation of any state and parameters. */
// biome-ignore lint/suspicious/noExplicitAny: a step takes its state as a parameter, so only `any` accepts every simulation.
export type AnySimulation = Simulation<any, any, any>;

/**
 * Returns a simulation as it is, with its types inferred.
 *
 * @example
 * ```ts
 * export const walk = defineSimulation({
 *   name: "random-walk",
 *   params: { p: 0.5 },
 *   init: () => 0,
 *   step: (x, rng, ctx) => x + (rng.random() < ctx.params.p ? 1 : -1),
 * });
 *
 * // Draws as a loop over numpy.random.default_rng does, with numpy's methods.
 * export const clinic = defineSimulation({
 *   name: "clinic",
 *   rng: "numpy",
 *   streams: "continuous",
 *   init: () => ({ waiting: 0 }),
 *   step: (state, rng) => ({ waiting: state.waiting + rng.poisson(3) - rng.binomial(10, 0.3) }),
 * });
 * ```
 */
export function defineSimulation<
  S,
  P extends object = Record<never, never>,
  G extends GeneratorName = GeneratorName,
>(simulation: Simulation<S, P, G>): Simulation<S, P, G> {
  return simulation;
}

/** Checks that `value` is a simulation. Throws INVALID_SIMULATION. */
export function checkSimulation(value: unknown, where: string): AnySimulation {
  const refuse = (problem: string, hint?: string): never => {
    throw new RewindError(
      "INVALID_SIMULATION",
      `expected ${where} to be a simulation: ${problem}`,
      { where, ...(hint !== undefined && { hint }) },
    );
  };
  if (typeof value !== "object" || value === null) {
    return refuse(`expected an object with name, init and step, got ${describe(value)}`);
  }
  const simulation = value as Record<string, unknown>;
  if (typeof simulation.name !== "string" || simulation.name === "") {
    refuse(`expected name to be a text, got ${describe(simulation.name)}`);
  }
  const { length } = simulation.name as string;
  if (length > LONGEST_NAME) {
    const [most, got] = [LONGEST_NAME, length].map(count);
    refuse(`expected name to have at most ${most} characters, got ${got}`);
  }
  for (const member of ["init", "step"]) {
    if (typeof simulation[member] !== "function") {
      refuse(`expected ${member} to be a function, got ${describe(simulation[member])}`);
    }
  }
  for (const member of ["params", "types"]) {
    const given = simulation[member];
    if (given !== undefined && (typeof given !== "object" || given === null)) {
      refuse(`expected ${member} to be an object, got ${describe(given)}`);
    }
  }
  const fault = typesFault(simulation.types ?? {});
  if (fault !== undefined) refuse(fault, TYPES_HINT);
  const observers =
    simulation.observe === undefined ? undefined : observersFault(simulation.observe);
  if (observers !== undefined) refuse(observers);
  const { rng, streams } = simulation;
  if (rng !== undefined && typeof rng !== "string") {
    refuse(`expected rng to be the name of a generator, got ${describe(rng)}`);
  }
  if (streams !== undefined && !isSeedRule(streams)) {
    refuse(`expected streams to be ${either(SEED_RULES)}, got ${describe(streams)}`);
  }
  const { chance, clock } = simulation;
  if (chance !== undefined && !isChance(chance)) {
    refuse(`expected chance to be ${either(CHANCES)}, got ${describe(chance)}`);
  }
  if (clock !== undefined && (typeof clock !== "object" || clock === null)) {
    refuse(`expected clock to be an object, got ${describe(clock)}`);
  }
  return simulation as unknown as AnySimulation;
}

const TYPES_HINT =
  "types holds classes themselves, as in types: { Body, World }, or codecs: { is, encode, decode } or { is, encode, create, fill }";

/** What is wrong with `types`, in a clause; undefined if nothing is. */
function typesFault(types: object): string | undefined {
  const names = new Map<unknown, string>();
  for (const [name, entry] of Object.entries(types)) {
    const fault = typeof entry === "function" ? classFault(entry) : undefined;
    if (fault !== undefined) {
      return `expected types.${name} to be a class of plain data: ${fault}; declare a codec in its place, { is, encode, decode }`;
    }
    const other = names.get(entry);
    if (other !== undefined)
      return `expected types.${name} to be another class than types.${other}`;
    names.set(entry, name);
    if (typeof entry === "function") continue;
    const isLinked = ["create", "fill"].some((member) => Object(entry)[member] !== undefined);
    const last = isLinked ? ["create", "fill"] : ["decode"];
    for (const member of ["is", "encode", ...last]) {
      const given: unknown = Object(entry)[member];
      if (typeof given === "function") continue;
      return `expected types.${name}.${member} to be a function, got ${describe(given)}`;
    }
    if (isLinked && Object(entry).decode !== undefined) {
      return `expected types.${name} to have create and fill, or else decode, got all three`;
    }
  }
  return undefined;
}

/**
 * The generator and the seeding of a recording, as `asked` or as the simulation says. A recording
 * may choose another seeding, but not another generator than the simulation's: throws
 * INVALID_ARGUMENT.
 */
export function generatorAsked(
  { name, rng, streams }: AnySimulation,
  asked: { readonly rng?: string | undefined; readonly streams?: SeedRule | undefined },
): { readonly rng: string | undefined; readonly streams: SeedRule | undefined } {
  if (rng !== undefined && asked.rng !== undefined && rng !== asked.rng) {
    throw new RewindError(
      "INVALID_ARGUMENT",
      `expected rng to be ${rng}, the generator of "${name}", got ${describe(asked.rng)}`,
      {
        name: "rng",
        value: asked.rng,
        hint: "leave --rng out, or remove rng from the simulation",
      },
    );
  }
  return { rng: rng ?? asked.rng, streams: asked.streams ?? streams };
}
