import { count } from "../base/count.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import { placeText } from "../base/place-text.ts";
import { reasonOf } from "../base/reason.ts";
import { withData } from "../base/with-data.ts";
import type { GeneratorAlgorithm } from "../random/generator.ts";
import { generatorsWith } from "../random/generators.ts";
import type { CodePlace } from "./programs.ts";
import type { LiveSegment } from "./segment.ts";

/** STEP_FAILED for an error that a step threw. Errors of rewind itself stay as they are. */
export function stepFailure(error: unknown, segment: LiveSegment): RewindError {
  const { step } = segment.context;
  const where = whereOf(error, segment);
  // What an observer or an output did says so, and names the step.
  if (isRewindError(error, "FORBIDDEN_IN_STEP") && error.data.step === undefined) {
    return withData(
      error,
      { step, ...where.data },
      `${error.message} (step ${count(step)}${where.place && `, ${where.place}`})`,
    );
  }
  if (
    isRewindError(
      error,
      "STEP_RETURNED_NOTHING",
      "STEP_RETURNED_PROMISE",
      "FORBIDDEN_IN_STEP",
      "FUNCTION_FAILED",
      "OBSERVER_FAILED",
      "OUTPUT_FAILED",
      "PLACE_UNKNOWN",
    )
  ) {
    return error;
  }
  const hint = missingDraw(error, segment.algorithm);
  return new RewindError(
    "STEP_FAILED",
    `step ${count(step)} failed: ${reasonOf(error)}${where.place && ` (${where.place})`}`,
    { step, ...where.data, ...(hint !== undefined && { hint }) },
    { cause: error },
  );
}

/** Where an error was thrown. */
export interface Where {
  readonly data: { readonly places?: readonly CodePlace[] };
  /** For the message: the user's own line, and the package; empty if it is not known. */
  readonly place: string;
}

/** Of an error whose place is not known. */
export const NOWHERE: Where = { data: {}, place: "" };

/** Where an error was thrown, as its stack tells. */
export function whereOf(error: unknown, segment: LiveSegment): Where {
  const places = segment.placesOf(error);
  const [innermost] = places;
  if (innermost === undefined) return NOWHERE;
  const own = places.find((place) => place.package === undefined) ?? innermost;
  const within = innermost.package === undefined ? "" : `, in ${innermost.package}`;
  return { data: { places }, place: `at ${placeText(own)}:${own.column}${within}` };
}

/**
 * A hint for a step that called a method which its generator lacks: how the method is spelled here,
 * or which generators have it. Undefined for any other error.
 */
export function missingDraw(error: unknown, algorithm: GeneratorAlgorithm): string | undefined {
  const called = error instanceof TypeError ? NOT_A_FUNCTION.exec(error.message)?.[1] : undefined;
  if (called === undefined || has(algorithm, called)) return undefined;
  const spelled = called.replace(/_+([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (has(algorithm, spelled)) return `its name here is ${spelled}`;
  const others = generatorsWith(called, spelled);
  if (others.length === 0) return undefined;
  const names = others.join(" and of ");
  const change = `record with --rng ${others[0]}, or set rng: "${others[0]}" in the simulation`;
  return `${spelled} is a method of ${names}, but this run draws from ${algorithm.name}: ${change}`;
}

/**
 * Called on a variable, on a call's result or on a member `rng`: any other member is not a generator.
 */
const NOT_A_FUNCTION = /^(?:\w+|.*\)|.*\.rng)\.(\w+) is not a function/;

function has(algorithm: GeneratorAlgorithm, method: string): boolean {
  return method in algorithm.seeded(0n);
}
