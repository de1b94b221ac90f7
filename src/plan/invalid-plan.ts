import { RewindError } from "../base/errors.ts";

/** The error for an invalid plan. `message` says what was expected and what came. */
export function invalidPlan(message: string): RewindError {
  return new RewindError("INVALID_PLAN", message);
}
