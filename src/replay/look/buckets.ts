import { unexpectedArgument } from "../../base/invalid-argument.ts";
import type { StepRange } from "./scan.ts";

/** The most buckets into which a range is cut. */
const MOST_POINTS = 1_000_000;

/**
 * Cuts a range of steps into `points` buckets of nearly equal length, or into its steps if there are
 * fewer. The cuts depend on the range and `points` alone. Throws INVALID_ARGUMENT.
 */
export function bucketsOf({ from, to }: StepRange, points: number): readonly StepRange[] {
  if (!Number.isSafeInteger(points) || points < 1 || points > MOST_POINTS) {
    throw unexpectedArgument("points", "a whole number from 1 to 1,000,000", points);
  }
  const steps = to - from + 1;
  const count = Math.min(points, steps);
  const [whole, rest] = [Math.floor(steps / count), steps % count];
  // In two parts, because `i * steps` may be too large to be exact.
  const cut = (i: number): number => from + i * whole + Math.floor((i * rest) / count);
  return Array.from({ length: count }, (_, i) => ({ from: cut(i), to: cut(i + 1) - 1 }));
}

/** The parts of buckets that lie within a range. */
export function bucketsWithin(
  buckets: readonly StepRange[],
  { from, to }: StepRange,
): readonly StepRange[] {
  return buckets
    .filter((bucket) => bucket.to >= from && bucket.from <= to)
    .map((bucket) => ({ from: Math.max(bucket.from, from), to: Math.min(bucket.to, to) }));
}
