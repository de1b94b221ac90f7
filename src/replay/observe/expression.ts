import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { messageOf } from "../../base/reason.ts";
import { nameFault, type ObserverFunction } from "../observers.ts";
import type { AddedObserver } from "./hindsight.ts";

/** An observer as a JavaScript expression over `state`, `step` and `params`. */
export interface ExpressionObserver {
  readonly expression: string;
  readonly unit?: string | undefined;
  readonly title?: string | undefined;
}

/** Checks an observer that is to be added. Throws INVALID_ARGUMENT. */
export function checkObserver(name: unknown, by: unknown): void {
  const fault =
    typeof name === "string" ? nameFault(name) : `expected a name, got ${describe(name)}`;
  if (fault !== undefined) throw new RewindError("INVALID_ARGUMENT", fault, { name });
  const given = Object(by) as Readonly<Record<string, unknown>>;
  if (typeof given.expression === "string" || typeof given.value === "function") return;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected the observer to be { expression } or what Repository.observer gives, got ${describe(by)}`,
    { observer: by },
  );
}

/** The observer that an expression makes. Throws INVALID_ARGUMENT if it cannot be read. */
export function observerOf({ expression, unit, title }: ExpressionObserver): AddedObserver {
  return {
    definition: { by: "expression", text: expression },
    value: compiled(expression),
    unit,
    title,
  };
}

// Constants, so that `state = 5`, written for `state == 5`, throws.
const CONSTANTS = "state = $state, step = $step, params = $params";

function compiled(text: string): ObserverFunction<unknown> {
  try {
    const body = `"use strict"; const ${CONSTANTS}; return (${text}\n);`;
    const call = new Function("$state", "$step", "$params", body);
    return (state, { step, params }) => call(state, step, params);
  } catch (error) {
    const message = `cannot read the expression ${JSON.stringify(text)}: ${messageOf(error)}`;
    throw new RewindError("INVALID_ARGUMENT", message, { expression: text }, { cause: error });
  }
}
