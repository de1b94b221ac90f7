import { checkStepInRange } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import type { LongOptions } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import type { Params, StepContext } from "../simulation.ts";
import { lookBack, PreviousStates } from "./previous.ts";
import type { Range } from "./scan.ts";

/** Which steps are looked at, and what the function that looks is shown. */
export interface RangeOptions extends LongOptions {
  /** The first step to look at; 0 unless given. */
  readonly from?: number | undefined;
  /** The last step to look at; the run's last unless given. */
  readonly to?: number | undefined;
  /**
   * Shows the function the state one step before as well, as its third argument: a copy, undefined
   * at step 0. Every state is then encoded and decoded once more, which takes its time.
   */
  readonly previous?: boolean | undefined;
}

/** What is asked of each state; `previous` is undefined unless the options ask for it. */
export type Look<S = unknown, P = Params, R = unknown> = (
  state: S,
  ctx: StepContext<P>,
  previous: S | undefined,
) => R;

/** The steps that are looked at. Throws STEP_OUT_OF_RANGE. */
export function rangeOf(replayer: Replayer, options: RangeOptions): Range {
  const { steps } = replayer.run;
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
 * A user's function, to be called at each step of a range, one after the other, with what the
 * options ask for. What it throws is for `functionFailed` to name the step of.
 */
export async function looking<R>(
  replayer: Replayer,
  range: Range,
  look: Look<never, never, R>,
  options: RangeOptions,
): Promise<(state: unknown, ctx: StepContext<Params>) => R> {
  checkArguments(look, options);
  const call = look as (state: unknown, ctx: StepContext<Params>, previous?: unknown) => R;
  // The function itself: one more call around it would be felt in the inner loop of a pass.
  if (options.previous !== true) return call;
  const before = await PreviousStates.before(replayer, range, options);
  return (state, context) => {
    const previous = before.take();
    before.keep(state, context);
    return lookBack(call, state, context, previous, replayer.env);
  };
}

/** A function that takes the state before must be given it. Throws INVALID_ARGUMENT. */
export function checkArguments(look: Look<never, never>, { previous }: RangeOptions): void {
  if (previous === true || look.length < 3) return;
  throw new RewindError(
    "INVALID_ARGUMENT",
    "the function takes the state before as its third argument: ask for it with { previous: true }",
    { name: "previous" },
  );
}
