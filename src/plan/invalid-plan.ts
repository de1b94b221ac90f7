import { RewindError } from "../base/errors.ts";

/** The error for a plan that cannot be. `message` says what was expected and what came. */
export function invalidPlan(message: string): RewindError {
  return new RewindError("INVALID_PLAN", message);
}
