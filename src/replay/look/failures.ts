import { isRewindError, RewindError } from "../../base/errors.ts";
import { reasonOf } from "../../base/reason.ts";
import { type Environment, encodeState } from "../environment.ts";
import type { AnySimulation } from "../simulation.ts";

/** FUNCTION_FAILED, which names the step, for what was thrown as a user's function looked there. */
export function functionFailed(cause: unknown, step: number): RewindError {
  if (isRewindError(cause, "FUNCTION_FAILED")) return cause;
  const reason = reasonOf(cause);
  return new RewindError(
    "FUNCTION_FAILED",
    `the function failed at step ${step}: ${reason}`,
    { step, reason },
    { cause },
  );
}

/** `state.x = 5` is easily written for `state.x == 5`, and what it finds is not in the run. */
export function functionChangedState(step: number): RewindError {
  return new RewindError(
    "FUNCTION_FAILED",
    `the function changed the state that it was shown, at step ${step} or before`,
    { step, changed: true },
  );
}

/** What tells whether a function changed a state; undefined where nothing does. */
export function fingerprint(
  state: unknown,
  simulation: AnySimulation,
  env: Environment,
): Uint8Array | undefined {
  try {
    return encodeState(state, simulation, env);
  } catch (error) {
    // Inside a block a state may hold what no checkpoint can.
    if (isRewindError(error, "UNSUPPORTED_STATE")) return undefined;
    throw error;
  }
}
