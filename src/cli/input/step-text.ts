import { RewindError } from "../../base/errors.ts";
import { readStep, type StepSpec } from "../../history/revision.ts";
import { parseCount } from "./parse.ts";

/** A step of an option, as a revision spells one behind its `@`: `842_137`, `50%`, `-1`; `1e6` too. */
export function parseStepText(text: unknown, name: string): StepSpec {
  const value = String(text);
  const step = readStep(value, (digits) => parseCount(digits.replaceAll("_", ""), name));
  if (step !== undefined) return step;
  if (/^\d[\d_.]*(e\d+)?$/i.test(value)) return { at: parseCount(value, name) };
  throw new RewindError(
    "INVALID_STEPS",
    `expected ${name} to be a step, such as 842137, 842_137, 50% or -1, got ${JSON.stringify(value)}`,
    { name, value, step: true },
  );
}

/** The same where it may be left out. */
export function optionalStep(text: unknown, name: string): StepSpec | undefined {
  return text === undefined ? undefined : parseStepText(text, name);
}
