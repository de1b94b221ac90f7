/** What went wrong, as a stable code. The command line turns codes into hints. */
export type ErrorCode =
  // states and bytes
  | "UNSUPPORTED_STATE"
  | "CODEC_LOSSY"
  | "TOO_LONG"
  | "INVALID_ENCODING"
  | "INVALID_PATH"
  | "PATH_NOT_FOUND"
  // arguments
  | "INVALID_ARGUMENT"
  | "INVALID_STEPS"
  | "STEP_OUT_OF_RANGE"
  | "INVALID_SEED"
  | "INVALID_NUMBER"
  | "UNKNOWN_PARAM"
  | "INVALID_PARAM"
  | "INVALID_VALUE"
  | "UNKNOWN_GENERATOR"
  | "GENERATOR_CHANGED"
  | "INVALID_PLAN"
  // simulations and programs
  | "INVALID_SIMULATION"
  | "STEP_FAILED"
  | "INIT_FAILED"
  | "FORBIDDEN_IN_STEP"
  | "STEP_RETURNED_PROMISE"
  | "STEP_RETURNED_NOTHING"
  | "FUNCTION_FAILED"
  | "SELF_CHECK_FAILED"
  | "REPLAY_MISMATCH"
  | "MODULE_NOT_FOUND"
  | "MODULE_FAILED"
  | "EXPORT_NOT_FOUND"
  | "PROGRAM_MISSING"
  | "PROGRAM_NOT_TRUSTED"
  | "PACKAGE_CHANGED"
  | "PROGRAM_INPUT_CHANGED"
  | "PROGRAM_INPUT_MISSING"
  | "PROGRAM_ENVIRONMENT_CHANGED"
  | "FORBIDDEN_WHILE_LOADING"
  | "PLACE_UNKNOWN"
  | "INTERRUPTED"
  // objects
  | "OBJECT_MISSING"
  | "OBJECT_CORRUPT"
  | "OBJECT_INVALID"
  | "UNSUPPORTED_FORMAT"
  // stores, refs and revisions
  | "NOT_A_REPOSITORY"
  | "REPOSITORY_EXISTS"
  | "STORE_DAMAGED"
  | "STORE_FULL"
  | "STORE_READ_ONLY"
  | "STORE_FAILED"
  | "WRITER_POISONED"
  | "LOCKED"
  | "INVALID_REF_NAME"
  | "REF_EXISTS"
  | "REF_CONFLICT"
  | "REF_MOVED"
  | "REF_NOT_FOUND"
  | "UNKNOWN_REVISION"
  | "INVALID_REVISION"
  | "AMBIGUOUS_ID"
  | "NOTHING_TO_UNDO"
  | "NOTHING_TO_RESUME"
  | "BRANCH_UNFINISHED"
  | "RECORDED_OTHERWISE"
  // artifacts and files
  | "INVALID_ARTIFACT"
  | "FILE_FAILED"
  // settings
  | "UNKNOWN_SETTING"
  | "INVALID_SETTING"
  | "INVALID_CONFIG"
  | "SETTING_NOT_SET"
  | "USAGE";

/**
 * The one error class: a stable `code`, a message that says what was expected and what was found,
 * and the facts as `data`.
 *
 * @example
 * ```ts
 * throw new RewindError("STEP_OUT_OF_RANGE", "expected a step in 0..10, got 11", { step: 11 });
 * ```
 */
export class RewindError extends Error {
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    data: Readonly<Record<string, unknown>> = {},
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = "RewindError";
    this.code = code;
    this.data = data;
  }
}

/** Whether `error` is a RewindError, with one of `codes` if any are given. */
export function isRewindError(error: unknown, ...codes: ErrorCode[]): error is RewindError {
  return error instanceof RewindError && (codes.length === 0 || codes.includes(error.code));
}
