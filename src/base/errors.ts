import type { AddedData, ErrorData } from "./error-data.ts";

export type { ErrorData } from "./error-data.ts";

/** What went wrong, as a stable code. The command line turns codes into hints. */
export type ErrorCode = keyof ErrorData;

/**
 * The one error class: a stable `code`, a message that says what was expected and what was found,
 * and the facts as `data`, whose type follows from the code.
 *
 * @example
 * ```ts
 * throw new RewindError("STEP_OUT_OF_RANGE", "expected a step in 0..10, got 11", { step: 11, last: 10 });
 * ```
 */
export class RewindError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly data: DataOf<Code>;

  constructor(code: Code, message: string, ...[data, options]: Facts<Code>) {
    super(message, options);
    this.name = "RewindError";
    this.code = code;
    this.data = data ?? ({} as DataOf<Code>);
  }

  // TypeScript then knows that the code of a caught error tells the type of its data.
  static override [Symbol.hasInstance](value: unknown): value is AnyRewindError {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one tells its own errors apart.
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }
}

/** The data of errors with this code. */
export type DataOf<Code extends ErrorCode> = Readonly<ErrorData[Code] & AddedData>;

/** An error of any code; `code` distinguishes them. */
export type AnyRewindError = { [Code in ErrorCode]: RewindError<Code> }[ErrorCode];

/** The arguments after the message: data can be left out if none of it is required. */
type Facts<Code extends ErrorCode> =
  Partial<ErrorData[Code]> extends ErrorData[Code]
    ? [data?: DataOf<Code>, options?: ErrorOptions]
    : [data: DataOf<Code>, options?: ErrorOptions];

/** Whether `error` is a RewindError, with one of `codes` if any are given. */
export function isRewindError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is Extract<AnyRewindError, { readonly code: Code }> {
  return (
    error instanceof RewindError &&
    (codes.length === 0 || (codes as readonly ErrorCode[]).includes(error.code))
  );
}
