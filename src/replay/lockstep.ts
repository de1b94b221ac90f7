import { equalBytes } from "../base/bytes.ts";
import { advance, type Position } from "./advance.ts";
import { type Environment, encodeState } from "./environment.ts";

/**
 * Advances two positions side by side to step `to`, and stops at the first step at which their
 * states differ: returns it, or undefined. Both must stay inside one segment and block.
 */
export function firstDifferentStep(
  a: Position,
  b: Position,
  to: number,
  env: Environment,
): number | undefined {
  while (!differ(a, b, env)) {
    if (a.step >= to) return undefined;
    advance(a, a.step + 1);
    advance(b, b.step + 1);
  }
  return a.step;
}

function differ(a: Position, b: Position, env: Environment): boolean {
  if (Object.is(a.state, b.state)) return false;
  if (typeof a.state !== "object" && typeof b.state !== "object") return true;
  const encodedA = encodeState(a.state, a.segment.simulation, env);
  return !equalBytes(encodedA, encodeState(b.state, b.segment.simulation, env));
}
