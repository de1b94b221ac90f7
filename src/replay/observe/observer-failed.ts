import { count } from "../../base/count.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { messageWithin, reasonOf } from "../../base/reason.ts";
import { withData } from "../../base/with-data.ts";
import type { LiveSegment } from "../segment.ts";
import { whereOf } from "../step-failure.ts";

/** What an observer did wrong, as opposed to an error that it threw. */
export class ObserverFault extends Error {}

/** The error for an observer that failed at a step: it names both. */
export function observerFailed(
  thrown: unknown,
  observer: string,
  step: number,
  segment: LiveSegment,
): RewindError {
  if (isRewindError(thrown, "INTERRUPTED")) return thrown;
  const where = whereOf(thrown, segment);
  const at = `at step ${count(step)}${where.place && ` (${where.place})`}`;
  const data = { observer, step, ...where.data };
  if (isRewindError(thrown, "FORBIDDEN_IN_STEP")) {
    // The guard knows this error, and throws it again at the end of the run.
    const hint = "an observer computes its value from the state, ctx.step and ctx.params alone";
    return withData(
      thrown,
      { ...data, hint },
      `${messageWithin(thrown, ` by the observer ${observer}`)} ${at}`,
    );
  }
  const reason = thrown instanceof ObserverFault ? thrown.message : reasonOf(thrown);
  return new RewindError(
    "OBSERVER_FAILED",
    `the observer ${observer} failed ${at}: ${reason}`,
    { ...data, reason },
    { cause: thrown },
  );
}
