import { RewindError } from "../../base/errors.ts";
import { readStep, type StepSpec } from "../../history/revision.ts";
import { parseCount } from "./parse.ts";

/** A step, written as after the `@` of a revision: `842_137`, `50%`, `-1`; or as `1e6`. */
export function parseStepText(value: string, name: string): StepSpec {
  const step = readStep(value, (digits) => parseCount(digits.replaceAll("_", ""), name));
  if (step !== undefined) return step;
  if (/^\d[\d_.]*(e\d+)?$/i.test(value)) return { at: parseCount(value, name) };
  throw new RewindError(
    "INVALID_STEPS",
    `expected ${name} to be a step, such as 842137, 842_137, 50% or -1, got ${JSON.stringify(value)}`,
    { name, value, step: true },
  );
}

/** The same for an option that may be left out. */
export function optionalStep(text: string | undefined, name: string): StepSpec | undefined {
  return text === undefined ? undefined : parseStepText(text, name);
}
