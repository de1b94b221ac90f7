import { isRewindError, RewindError } from "../base/errors.ts";
import { messageWithin, reasonOf } from "../base/reason.ts";
import { withData } from "../base/with-data.ts";
import type { Environment } from "./environment.ts";
import type { LiveSegment } from "./segment.ts";
import { missingDraw, NOWHERE, whereOf } from "./step-failure.ts";
import type { Streams } from "./streams.ts";

/**
 * The first state of a run and the generators of its first step. Throws INIT_FAILED,
 * STEP_RETURNED_PROMISE.
 */
export function initialState(
  env: Environment,
  segment: LiveSegment,
): { readonly state: unknown; readonly streams: Streams } {
  const { simulation, context, source } = segment;
  const streams = source.ofInit();
  let state: unknown;
  let where = NOWHERE;
  try {
    state = env.guard(() => {
      segment.begin();
      segment.use(streams);
      try {
        return simulation.init({ ...context, rng: streams.main });
      } catch (error) {
        // Here, because Node reads the stack of an error that leaves a run.
        where = whereOf(error, segment);
        throw error;
      }
    });
    segment.checkParams();
  } catch (cause) {
    const shown = where.place && ` (${where.place})`;
    if (isRewindError(cause, "INTERRUPTED")) throw cause;
    if (isRewindError(cause, "FORBIDDEN_IN_STEP")) {
      throw withData(cause, where.data, `${messageWithin(cause, " in init")}${shown}`);
    }
    const hint = missingDraw(cause, segment.algorithm);
    const data = { ...where.data, ...(hint !== undefined && { hint }) };
    throw new RewindError("INIT_FAILED", `init failed: ${reasonOf(cause)}${shown}`, data, {
      cause,
    });
  } finally {
    segment.rest();
  }
  if (state === undefined) {
    throw new RewindError(
      "INIT_FAILED",
      "expected init to return the first state, but it returned nothing",
    );
  }
  if (typeof (state as { then?: unknown } | null)?.then === "function") {
    throw new RewindError(
      "STEP_RETURNED_PROMISE",
      "expected init to return the first state, but it returned a promise",
    );
  }
  return { state, streams: source.rule === "continuous" ? streams : source.at(0) };
}
