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
  const { simulation } = position.segment;
  const encoded = encodeState(position.state, simulation, replayer.env);
  return { step: position.step, state: decodeState(encoded, simulation) as S };
}

/** The steps that a pass looks at. Throws STEP_OUT_OF_RANGE. */
export function rangeOf(replayer: Replayer, options: RangeOptions): Range {
  const { steps } = replayer.run;
  const to = checkStepInRange(options.to ?? steps, steps);
  return { from: checkStepInRange(options.from ?? 0, to), to };
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
