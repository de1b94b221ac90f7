import { type ErrorCode, isRewindError } from "../../base/errors.ts";
import { STATUS } from "../command.ts";

/** The exit status for an error. */
export function statusFor(error: unknown): number {
  return (isRewindError(error) && STATUSES[error.code]) || STATUS.failed;
}

/** The statuses of the codes whose status is not 1. */
const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  USAGE: STATUS.usage,
  INVALID_STEPS: STATUS.usage,
  INVALID_SEED: STATUS.usage,
  INVALID_NUMBER: STATUS.usage,
  INVALID_ARGUMENT: STATUS.usage,
  INVALID_REVISION: STATUS.usage,
  INVALID_REF_NAME: STATUS.usage,
  INVALID_PATH: STATUS.usage,
  INVALID_PLAN: STATUS.usage,
  UNKNOWN_PARAM: STATUS.usage,
  INVALID_PARAM: STATUS.usage,
  INVALID_VALUE: STATUS.usage,
  INVALID_DESIGN: STATUS.usage,
  ENSEMBLE_TOO_LARGE: STATUS.usage,
  RECORDED_OTHERWISE: STATUS.usage,
  UNKNOWN_GENERATOR: STATUS.usage,
  UNKNOWN_SETTING: STATUS.usage,
  INVALID_SETTING: STATUS.usage,
  REPLAY_MISMATCH: STATUS.differs,
  SELF_CHECK_FAILED: STATUS.differs,
  STORE_DAMAGED: STATUS.damaged,
  REF_IN_CONFLICT: STATUS.damaged,
  OBJECT_CORRUPT: STATUS.damaged,
  OBJECT_INVALID: STATUS.damaged,
  OBJECT_MISSING: STATUS.damaged,
  INTERRUPTED: STATUS.interrupted,
};
