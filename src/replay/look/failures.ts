import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { reasonOf } from "../../base/reason.ts";
import { type Environment, encodeState } from "../environment.ts";
import type { AnySimulation } from "../simulation.ts";

/** FUNCTION_FAILED for an error that a user's function threw at a step. */
export function functionFailed(cause: unknown, step: number): RewindError {
  if (isRewindError(cause, "FUNCTION_FAILED")) return cause;
  const reason = reasonOf(cause);
  return new RewindError(
    "FUNCTION_FAILED",
    `the function failed at step ${count(step)}: ${reason}`,
    { step, reason },
    { cause },
  );
}

/**
 * Catches `state.x = 5` written for `state.x == 5`, which would find states that the run never had.
 */
export function functionChangedState(step: number): RewindError {
  return new RewindError(
    "FUNCTION_FAILED",
    `the function changed the state that it looked at, at step ${count(step)} or before`,
    { step, assigned: true },
  );
}

/** A state's encoding, to see later whether a function changed it; undefined if it has none. */
export function fingerprint(
  state: unknown,
  simulation: AnySimulation,
  env: Environment,
): Uint8Array | undefined {
  try {
    return encodeState(state, simulation, env);
  } catch (error) {
    // Inside a block, a state may hold values that a checkpoint cannot.
    if (isRewindError(error, "UNSUPPORTED_STATE")) return undefined;
    throw error;
  }
}
