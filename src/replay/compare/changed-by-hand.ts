import { isRewindError } from "../../base/errors.ts";
import { type Difference, differences } from "../../codec/differences.ts";
import type { RunManifest, Segment } from "../../object/run.ts";
import { readState } from "../../object/state.ts";
import { advance } from "../advance.ts";
import { decodeState, encodeState } from "../environment.ts";
import { Replayer } from "../replayer.ts";
import type { AnySimulation } from "../simulation.ts";

/**
 * What was changed by hand in the state with which a segment begins, at most a hundred fields.
 * Compares it with the result of the step before it; at step 0 with the first state of `parent`, the
 * run that was forked. Undefined if there is no such run, or if the code is missing or not trusted.
 */
export async function changedByHand(
  replayer: Replayer,
  segment: Segment,
  parent: RunManifest | undefined,
): Promise<readonly Difference[] | undefined> {
  const { start, begin } = segment;
  if (begin === undefined) return [];
  if (start === 0 && parent === undefined) return undefined;
  const { env, readObject } = replayer;
  try {
    const { simulation } = await replayer.segmentAt(start);
    const past = start === 0 ? new Replayer(parent as RunManifest, env) : replayer;
    const before = await stateUnchanged(past, start, simulation);
    const after = decodeState(await readState(begin.state, readObject), simulation);
    const { types } = simulation;
    return differences(before, after, { types });
  } catch (error) {
    if (isRewindError(error)) return undefined;
    throw error;
  }
}

/** The state that the steps before `start` give, as read by the simulation that continues there. */
async function stateUnchanged(
  past: Replayer,
  start: number,
  simulation: AnySimulation,
): Promise<unknown> {
  if (start === 0) return decodeState((await past.start(0)).encoded, simulation);
  const { env } = past;
  const position = await past.positionAt(start - 1);
  env.guard(() => advance(position, start));
  // Other code has other classes: the state is read again, as the fork read it.
  return decodeState(encodeState(position.state, position.segment.simulation, env), simulation);
}
