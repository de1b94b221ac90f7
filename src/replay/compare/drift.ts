import type { Difference } from "../../codec/differences.ts";
import { differenceOf, sizeOf } from "./state-difference.ts";

/**
 * How two states differ: in their structure, in an exact value, or only in numbers that are nearly
 * equal.
 */
export type DriftCase = "structure" | "value" | "drift";

/** The gravest case among differences, of which there is at least one, and the first of that case. */
export function gravest(
  differences: readonly Difference[],
  epsilon: number,
): { readonly kind: DriftCase; readonly first: Difference } {
  const cases = differences.map((difference) => caseOf(difference, epsilon));
  const kind = GRAVITY.find((each) => cases.includes(each)) as DriftCase;
  return { kind, first: differences[cases.indexOf(kind)] as Difference };
}

const GRAVITY: readonly DriftCase[] = ["structure", "value", "drift"];

/** The largest distance between two numbers; undefined if no numbers differ. */
export function largestDrift(differences: readonly Difference[]): number | undefined {
  const most = differences.reduce((most, each) => Math.max(most, sizeOf(differenceOf(each))), -1);
  return most < 0 ? undefined : most;
}

function caseOf({ a, b, missing, about }: Difference, epsilon: number): DriftCase {
  if (missing !== undefined || about !== undefined || sortOf(a) !== sortOf(b)) return "structure";
  if (typeof a !== "number" || typeof b !== "number") return "value";
  return Math.abs(b - a) <= epsilon * Math.max(1, Math.abs(a), Math.abs(b)) ? "drift" : "value";
}

/** What a value is, apart from its contents. */
function sortOf(value: unknown): string {
  return typeof value === "object" ? Object.prototype.toString.call(value) : typeof value;
}
