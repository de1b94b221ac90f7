import { describe } from "./checks.ts";
import { type ErrorData, RewindError } from "./errors.ts";

/**
 * The error for an argument that a function does not accept. `message` says what was expected and
 * what came; `data` has the facts.
 */
export function invalidArgument(
  message: string,
  data: ErrorData["INVALID_ARGUMENT"] = {},
  options: { readonly cause?: unknown } = {},
): RewindError {
  return new RewindError("INVALID_ARGUMENT", message, data, options);
}

/** The error for an argument, or an option, that has another kind of value than expected. */
export function unexpectedArgument(name: string, expected: string, value: unknown): RewindError {
  return invalidArgument(`expected ${name} to be ${expected}, got ${describe(value)}`, {
    name,
    value,
  });
}
