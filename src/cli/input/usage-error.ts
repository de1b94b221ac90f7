import { RewindError } from "../../base/errors.ts";

/** A wrong command line: exit status 2. By default the hint is how to see the command's help. */
export function usageError(message: string, hint?: string): RewindError {
  return new RewindError("USAGE", message, hint === undefined ? {} : { hint });
}
