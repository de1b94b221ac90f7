import { equalBytes } from "../../base/bytes.ts";
import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import type { Position } from "../advance.ts";
import { decodeState, type Environment, encodeState, type LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import type { AnySimulation, Params, StepContext } from "../simulation.ts";
import { functionChangedState } from "./failures.ts";
import type { StepRange } from "./scan.ts";
import { reach } from "./scan.ts";

/** The state one step before, and its encoding, to see whether a function changed it. */
export interface Previous {
  readonly state: unknown;
  /** Undefined if the state is a number, a text or the like, which nothing can change. */
  readonly encoded: Uint8Array | undefined;
  readonly simulation: AnySimulation | undefined;
}

/** The previous state of step 0. */
export const NOTHING: Previous = { state: undefined, encoded: undefined, simulation: undefined };

/**
 * Calls a user's function with the previous state. Throws FUNCTION_FAILED if it changes that state.
 */
export function lookBack<R>(
  look: (state: unknown, ctx: StepContext<Params>, previous: unknown) => R,
  state: unknown,
  context: StepContext<Params>,
  { state: previous, encoded, simulation }: Previous,
  env: Environment,
): R {
  const result = look(state, context, previous);
  if (encoded === undefined || simulation === undefined) return result;
  if (equalBytes(encodeState(previous, simulation, env), encoded)) return result;
  throw functionChangedState(context.step);
}

/** A live position's state, as the previous state. */
export function previousAt(
  { state, step, segment: { simulation } }: Pick<Position, "state" | "step" | "segment">,
  env: Environment,
): Previous {
  if (typeof state !== "object" || state === null) return { ...NOTHING, state };
  return { state, encoded: encodePrevious(state, step, simulation, env), simulation };
}

/** Keeps a copy of each state, to pass it on with the next one: a step may change the original. */
export class PreviousStates {
  readonly #replayer: Replayer;
  #kept: Previous;

  private constructor(replayer: Replayer, first: Previous) {
    this.#replayer = replayer;
    this.#kept = first;
  }

  /** Replays the state before the first step of a range. */
  static async before(
    replayer: Replayer,
    { from }: StepRange,
    options: LongOptions,
  ): Promise<PreviousStates> {
    const { env } = replayer;
    const first = from === 0 ? NOTHING : previousAt(await reach(replayer, from - 1, options), env);
    return new PreviousStates(replayer, first);
  }

  /** A copy of the last kept state. */
  take(): Previous {
    const { encoded, simulation } = this.#kept;
    if (encoded === undefined || simulation === undefined) return this.#kept;
    return { state: decodeState(encoded, simulation), encoded, simulation };
  }

  keep(state: unknown, context: StepContext<Params>): void {
    if (typeof state !== "object" || state === null) {
      this.#kept = { ...NOTHING, state };
      return;
    }
    const simulation = this.#replayer.simulationOf(context);
    const encoded = encodePrevious(state, context.step, simulation, this.#replayer.env);
    this.#kept = { state: undefined, encoded, simulation };
  }
}

function encodePrevious(
  state: object,
  step: number,
  simulation: AnySimulation,
  env: Environment,
): Uint8Array {
  try {
    return encodeState(state, simulation, env);
  } catch (cause) {
    // Inside a block, a state may hold values that a checkpoint cannot.
    if (!isRewindError(cause, "UNSUPPORTED_STATE")) throw cause;
    throw new RewindError(
      "FUNCTION_FAILED",
      `the state at step ${count(step)} cannot be passed on as the previous one: ${cause.message}`,
      { step, path: cause.data.path },
      { cause },
    );
  }
}
