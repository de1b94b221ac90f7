import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import type { TypeCodecs } from "../codec/types.ts";
import type { RandomGenerator } from "../random/generator.ts";

/** Named parameters: numbers, strings, booleans, null, and arrays or plain objects of them. */
export type Params = Readonly<Record<string, unknown>>;

/** What a step may look at besides its state and its generator. */
export interface StepContext<P> {
  /** The steps applied so far: this call turns the state at `step` into the state at `step + 1`. */
  readonly step: number;
  /** The parameters of the run, frozen. */
  readonly params: Readonly<P>;
  /**
   * A generator of its own by name, whose numbers do not depend on what others draw: a model with a
   * stream for each purpose keeps its births in step where its deaths draw more. Only in `init` and
   * `step`. A name is a text of 1 to 256 bytes.
   */
  stream(name: string): RandomGenerator;
}

/** What `init` may look at: the context of step 0, and a generator of its own. */
export interface InitContext<P> extends StepContext<P> {
  readonly rng: RandomGenerator;
}

/**
 * A simulation: how it starts and how one state becomes the next. `S` is the state, any value that
 * survives the state encoding; `P` the parameters.
 */
export interface Simulation<S = unknown, P extends object = Record<never, never>> {
  readonly name: string;
  /** The parameters' default values; only parameters named here can be set. */
  readonly params?: P;
  /** The first state, the state at step 0. */
  init(ctx: InitContext<P>): S;
  /** The next state; or nothing, where it changes `state` in place. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a step that changes its state in place returns nothing.
  step(state: S, rng: RandomGenerator, ctx: StepContext<P>): S | void;
  /** Codecs for the class instances that a state may hold. */
  readonly types?: TypeCodecs;
}

/** A simulation of any state and parameters. */
// biome-ignore lint/suspicious/noExplicitAny: a step takes its state as a parameter, so only `any` accepts every simulation.
export type AnySimulation = Simulation<any, any>;

/**
 * Types a simulation, and returns it as it is.
 *
 * @example
 * ```ts
 * export const walk = defineSimulation({
 *   name: "random-walk",
 *   params: { p: 0.5 },
 *   init: () => 0,
 *   step: (x, rng, ctx) => x + (rng.random() < ctx.params.p ? 1 : -1),
 * });
 * ```
 */
export function defineSimulation<S, P extends object = Record<never, never>>(
  simulation: Simulation<S, P>,
): Simulation<S, P> {
  return simulation;
}

/** Checks that `value` has the form of a simulation. Throws INVALID_SIMULATION. */
export function checkSimulation(value: unknown, where: string): AnySimulation {
  const refuse = (problem: string): never => {
    throw new RewindError(
      "INVALID_SIMULATION",
      `expected ${where} to be a simulation: ${problem}`,
      {
        where,
      },
    );
  };
  if (typeof value !== "object" || value === null) {
    return refuse(`expected an object with name, init and step, got ${describe(value)}`);
  }
  const simulation = value as Record<string, unknown>;
  if (typeof simulation.name !== "string" || simulation.name === "") {
    refuse(`expected name to be a text, got ${describe(simulation.name)}`);
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
  return simulation as unknown as AnySimulation;
}
