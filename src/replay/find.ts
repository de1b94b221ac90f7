import { equalBytes } from "../base/bytes.ts";
import { checkStepInRange } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { decodeState, encodeState, type LongOptions } from "./environment.ts";
import type { Replayer } from "./replayer.ts";
import { type Range, scan } from "./scan.ts";
import type { StepContext } from "./simulation.ts";

/** Which steps a pass looks at: all of them, unless told. */
export interface RangeOptions extends LongOptions {
  /** The first step to look at; 0 unless given. */
  readonly from?: number | undefined;
  /** The last step to look at; the run's last unless given. */
  readonly to?: number | undefined;
}

/** A step and the state there. */
export interface Found<S> {
  readonly step: number;
  readonly state: S;
}

/** The first step at which `predicate` holds, and the state there; undefined where there is none. */
export async function find<S>(
  replayer: Replayer,
  predicate: (state: S, ctx: StepContext<never>) => unknown,
  options: RangeOptions = {},
): Promise<Found<S> | undefined> {
  const range = rangeOf(replayer, options);
  const position = await scan(replayer, { ...options, ...range }, (state, context) => {
    try {
      return Boolean(predicate(state as S, context as StepContext<never>));
    } catch (cause) {
      throw functionFailed(cause, context.step);
    }
  });
  if (position === undefined) return undefined;
  const { step, segment } = position;
  const { simulation } = segment;
  // `state.x = 5` is easily written for `state.x == 5`, and what it finds is not in the run.
  const { state } = await replayer.position(step);
  const encoded = encodeState(state, simulation, replayer.env);
  if (!equalBytes(encoded, encodeState(position.state, simulation, replayer.env))) {
    throw new RewindError(
      "FUNCTION_FAILED",
      `the function changed the state that it was shown, at step ${step} or before`,
      { step },
    );
  }
  return { step, state: decodeState(encoded, simulation) as S };
}

/** The steps that a pass looks at. Throws STEP_OUT_OF_RANGE. */
export function rangeOf(replayer: Replayer, options: RangeOptions): Range {
  const { steps } = replayer.run;
  const to = checkStepInRange(options.to ?? steps, steps);
  const from = checkStepInRange(options.from ?? 0, steps);
  if (from <= to) return { from, to };
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected from to be at most to, got ${from} and ${to}`,
    {
      from,
      to,
    },
  );
}

/** FUNCTION_FAILED, which names the step, for what a user's function threw there. */
export function functionFailed(cause: unknown, step: number): RewindError {
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new RewindError(
    "FUNCTION_FAILED",
    `the function failed at step ${step}: ${message}`,
    { step },
    { cause },
  );
}
