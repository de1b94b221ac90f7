import { checkStepInRange } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import { LONG_OPTIONS, type LongOptions } from "../environment.ts";
import { JOBS_OPTIONS, type JobsOptions } from "../jobs/job.ts";
import type { Replayer } from "../replayer.ts";
import type { Params, StepContext } from "../simulation.ts";
import { lookBack, PreviousStates } from "./previous.ts";
import type { StepRange } from "./scan.ts";

/** Which steps to look at, and what to pass to the function that looks. */
export interface RangeOptions extends LongOptions, JobsOptions {
  /** The first step to look at; 0 unless given. */
  readonly from?: number | undefined;
  /** The last step to look at; the run's last unless given. */
  readonly to?: number | undefined;
  /**
   * Passes the function the state one step before as its third argument: a copy, undefined at step
   * 0. This encodes and decodes every state once more, which takes time.
   */
  readonly previous?: boolean | undefined;
}

/** What those may be; `rangeOf` checks the steps. */
export const RANGE_OPTIONS: OptionKinds<RangeOptions> = {
  ...LONG_OPTIONS,
  ...JOBS_OPTIONS,
  from: "any",
  to: "any",
  previous: "flag",
};

/** A function that looks at each state; `previous` is undefined unless the options ask for it. */
export type Look<S = unknown, P = Params, R = unknown> = (
  state: S,
  ctx: StepContext<P>,
  previous: S | undefined,
) => R;

/** What looks at each state of a range, after it has looked at the state before the first. */
export interface LookOver<R = unknown> {
  over(
    replayer: Replayer,
    range: StepRange,
    options: LongOptions,
  ): Promise<(state: unknown, ctx: StepContext<Params>) => R>;
}

/** The steps to look at. Throws STEP_OUT_OF_RANGE and INVALID_ARGUMENT. */
export function rangeOf(replayer: Replayer, options: RangeOptions): StepRange {
  const { steps } = replayer.manifest;
  const to = checkStepInRange(options.to ?? steps, steps);
  const from = checkStepInRange(options.from ?? 0, steps);
  if (from <= to) return { from, to };
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected from to be at most to, got ${from} and ${to}`,
    { from, to },
  );
}

/**
 * Prepares a user's function to be called at each step of a range in order, with the arguments that
 * the options ask for. Callers pass its errors to `functionFailed`.
 */
export async function looking<R>(
  replayer: Replayer,
  range: StepRange,
  look: Look<never, never, R> | LookOver<R>,
  options: RangeOptions,
): Promise<(state: unknown, ctx: StepContext<Params>) => R> {
  if (typeof look === "object") return look.over(replayer, range, options);
  checkArguments(look, options);
  const call = look as (state: unknown, ctx: StepContext<Params>, previous?: unknown) => R;
  // The function itself, because a wrapper would slow down the inner loop of a pass.
  if (options.previous !== true) return call;
  const before = await PreviousStates.before(replayer, range, options);
  return (state, context) => {
    const previous = before.take();
    before.keep(state, context);
    return lookBack(call, state, context, previous, replayer.env);
  };
}

/** Checks that a function with a third argument gets one. Throws INVALID_ARGUMENT. */
export function checkArguments(
  look: Look<never, never> | LookOver,
  { previous }: RangeOptions,
): void {
  if (previous === true || typeof look === "object" || look.length < 3) return;
  throw new RewindError(
    "INVALID_ARGUMENT",
    "the function takes a third argument, the previous state: ask for it with { previous: true }",
    { name: "previous" },
  );
}
