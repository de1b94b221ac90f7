import { RewindError } from "../base/errors.ts";

/** The error for a file that is not a valid `.replay` file. */
export function invalidArtifact(problem: string, cause?: unknown): RewindError {
  return new RewindError("INVALID_ARTIFACT", `not a valid replay file: ${problem}`, {}, { cause });
}
