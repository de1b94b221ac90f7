import { equalBytes } from "../base/bytes.ts";
import { surelyEqual } from "../codec/state/surely-equal.ts";
import type { Position } from "./advance.ts";
import { type Environment, encodeState } from "./environment.ts";

/** Whether two states have different encodings. */
export function differ(a: Position, b: Position, env: Environment): boolean {
  if (Object.is(a.state, b.state)) return false;
  if (typeof a.state !== "object" && typeof b.state !== "object") return true;
  if (differAtOnce(a.state, b.state)) return true;
  const [simulationA, simulationB] = [a.segment.simulation, b.segment.simulation];
  if (surelyEqual(a.state, b.state, simulationA.types, simulationB.types)) return false;
  const encodedA = encodeState(a.state, simulationA, env);
  return !equalBytes(encodedA, encodeState(b.state, simulationB, env));
}

/** Whether a simple field of two plain objects differs, which can be seen without encoding them. */
function differAtOnce(a: unknown, b: unknown): boolean {
  if (!isPlainObject(a) || !isPlainObject(b)) return false;
  for (const key of Object.keys(a)) {
    const [x, y] = [a[key], b[key]];
    if (typeof x !== "object" && typeof y !== "object" && !Object.is(x, y)) return true;
  }
  return false;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
