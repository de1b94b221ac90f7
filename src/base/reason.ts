import { describe } from "./checks.ts";
import { isRewindError } from "./errors.ts";

/** Why a user's code failed, by what it threw; our own errors need no name of a class before them. */
export function reasonOf(thrown: unknown): string {
  if (isRewindError(thrown)) return thrown.message;
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : describe(thrown);
}
