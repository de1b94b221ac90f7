import { isRewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import { NoNumber } from "../../replay/look/expression.ts";
import type { Run } from "../../replay/run/run.ts";
import { numbersHint, withMissingField } from "./missing-field.ts";

/**
 * The failure of expressions that should give numbers, with a hint: what the state has instead of the
 * field that was named, or the numbers that it has.
 */
export async function withNumbers(
  error: unknown,
  run: Run,
  expressions: readonly string[],
): Promise<unknown> {
  const missing = await withMissingField(error, run, expressions);
  if (missing !== error || !isRewindError(error, "FUNCTION_FAILED")) return missing;
  const { cause, data } = error;
  if (!(cause instanceof NoNumber)) return error;
  const hint = await numbersHint(run, data.step ?? 0);
  return hint === undefined ? error : withData(error, { hint });
}
