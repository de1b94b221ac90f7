import { type Difference, differences } from "../../codec/differences.ts";
import { decodeState, encodeState } from "../environment.ts";
import type { Replayer } from "../replayer.ts";

/**
 * Every difference of the states at two steps of a run, `a` at the first and `b` at the second. Their
 * instances have the classes of the later step.
 */
export async function differencesBetween(
  replayer: Replayer,
  [a, b]: readonly [a: number, b: number],
  stateAt: (step: number) => Promise<unknown>,
): Promise<readonly Difference[]> {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const { simulation } = await replayer.segmentAt(high);
  const { simulation: old } = await replayer.segmentAt(low);
  // The earlier state first: the replay continues from there to the later one.
  const early = await stateAt(low);
  const later = await stateAt(high);
  // Other code has other classes: the state is read again, as a fork reads it.
  const earlier =
    old === simulation ? early : decodeState(encodeState(early, old, replayer.env), simulation);
  const [before, after] = a <= b ? [earlier, later] : [later, earlier];
  return differences(before, after, {
    limit: Number.POSITIVE_INFINITY,
    types: simulation.types,
  });
}
