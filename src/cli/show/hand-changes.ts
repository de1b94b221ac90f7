import { isRewindError } from "../../base/errors.ts";
import { type Difference, differences } from "../../codec/differences.ts";
import type { Segment } from "../../object/run.ts";
import { readState } from "../../object/state.ts";
import { advance } from "../../replay/advance.ts";
import { decodeState, encodeState } from "../../replay/environment.ts";
import type { Run } from "../../replay/run.ts";

/**
 * What was changed by hand in the state with which a segment begins: replays the step before it, and
 * compares. Undefined where that cannot be told: at step 0, or where the code is not at hand or not
 * trusted.
 */
export async function changedByHand(
  run: Run,
  segment: Segment,
): Promise<readonly Difference[] | undefined> {
  const { start, begin } = segment;
  if (begin === undefined) return [];
  if (start === 0) return undefined;
  const { replayer } = run;
  const { env, get } = replayer;
  try {
    const { simulation } = await replayer.segmentAt(start);
    const position = await replayer.position(start - 1);
    env.guard(() => advance(position, start));
    // New code has new classes: the state is read again, as the fork read it.
    const encoded = encodeState(position.state, position.segment.simulation, env);
    const before = decodeState(encoded, simulation);
    const after = decodeState(await readState(begin.state, get), simulation);
    const { types } = simulation;
    return differences(before, after, { types });
  } catch (error) {
    if (isRewindError(error)) return undefined;
    throw error;
  }
}
