import type { AddedData, ErrorData } from "./error-data.ts";
import { type ErrorCode, isRewindError, RewindError } from "./errors.ts";

/**
 * A copy of an error that says more in its data, and in its message if one is given. An error that
 * is not a RewindError is returned as it is.
 */
export function withData<E>(error: E, added: AddedData, message?: string): E;
/** The same for data of the error's own code. */
export function withData<Code extends ErrorCode>(
  error: RewindError<Code>,
  added: Partial<ErrorData[Code]> & AddedData,
  message?: string,
): RewindError<Code>;
export function withData(error: unknown, added: object, message?: string): unknown {
  if (!isRewindError(error)) return error;
  const { code, data, cause } = error as RewindError;
  return new RewindError(code, message ?? error.message, { ...data, ...added }, { cause });
}
