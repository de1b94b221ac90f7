import { describe } from "../../base/checks.ts";
import type { Look } from "./look.ts";

/**
 * A look at states that was written as text: one expression, or several that give numbers. Unlike a
 * function, it can go to another thread.
 */
export interface LookText {
  readonly kind: "value" | "numbers";
  readonly texts: readonly string[];
}

const written = new WeakMap<object, LookText>();

/** The text that a look was made from; undefined for a function of the caller. */
export function textOf(look: object): LookText | undefined {
  return written.get(look);
}

/**
 * Makes a look from valid JavaScript expressions over `state`, `step`, `params` and `previous`, the
 * state one step before. It takes the previous state only if one of them reads it. Throws EvalError
 * if the host may not compile text.
 */
export function lookOf(text: LookText): Look {
  const each = text.texts.map(compile);
  const [first = noValue] = each;
  const numbers = (...values: Parameters<Compiled>): number[] =>
    each.map((one, i) => numberOf(one(...values), text.texts[i] as string));
  const give: Compiled = text.kind === "value" ? first : numbers;
  const look: Look = readsPrevious(text)
    ? (state, ctx, before) => give(state, ctx.step, ctx.params, before)
    : (state, ctx) => give(state, ctx.step, ctx.params, undefined);
  written.set(look, text);
  return look;
}

/** Whether one of the expressions reads the previous state, which takes time to keep. */
export function readsPrevious({ texts }: LookText): boolean {
  // The word also counts inside a text or after a dot; that only costs time.
  return texts.some((text) => /\bprevious\b/.test(text));
}

/** The reason of FUNCTION_FAILED for an expression that gave something other than a number. */
export class NoNumber extends TypeError {}

type Compiled = (state: unknown, step: number, params: unknown, previous: unknown) => unknown;

const noValue = (): undefined => undefined;

// Constants, so that `state = 5`, written for `state == 5`, throws instead of matching every step.
const CONSTANTS = "state = $state, step = $step, params = $params, previous = $previous";

function compile(text: string): Compiled {
  return new Function(
    "$state",
    "$step",
    "$params",
    "$previous",
    `"use strict"; const ${CONSTANTS}; return (${text}\n);`,
  ) as Compiled;
}

/** True counts as 1 and false as 0, so that the mean is the share of steps at which it is true. */
export function numberOf(value: unknown, expression: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new NoNumber(`expected ${expression} to be a number, got ${describe(value)}`);
}
