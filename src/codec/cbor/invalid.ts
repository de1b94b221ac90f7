import { RewindError } from "../../base/errors.ts";

/** The error for bytes that are not an encoding: what was expected, what came, and where. */
export function invalid(expected: string, got: string, offset: number): RewindError {
  const message = `expected ${expected}, got ${got} at byte ${offset}`;
  return new RewindError("INVALID_ENCODING", message, { offset, expected, got });
}
