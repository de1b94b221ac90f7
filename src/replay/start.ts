import { isRewindError } from "../base/errors.ts";
import type { Position } from "./advance.ts";
import { decodeState, type Environment, encodeState } from "./environment.ts";
import type { LiveSegment } from "./segment.ts";
import type { AnySimulation } from "./simulation.ts";
import type { StreamStates } from "./streams.ts";
import type { Watch } from "./watch.ts";

/** A place from which a replay can begin: an encoded state and how its generators stand. */
export interface Start {
  readonly step: number;
  readonly encoded: Uint8Array;
  /** How its generators stand; undefined where they begin afresh. */
  readonly streams: StreamStates | undefined;
  readonly segment: LiveSegment;
  readonly watch: Watch;
}

/** A live position at the start: state and generators are the caller's own. */
export function restore(start: Start): Position {
  const { step, segment, streams, watch } = start;
  return {
    step,
    state: decodeState(start.encoded, segment.simulation),
    streams: segment.streamsAt(step, streams),
    segment,
    watch: watch.copy(),
  };
}

/** A place to come back to: where the position stands. Throws UNSUPPORTED_STATE. */
export function startOf(position: Position, env: Environment): Start {
  const { step, state, streams, segment, watch } = position;
  const encoded = encodeState(state, segment.simulation, env);
  return { step, encoded, streams: streams.states(), segment, watch: watch.copy() };
}

/** The same, or undefined: inside a block a state may hold what no checkpoint can. */
export function startIfStorable(position: Position, env: Environment): Start | undefined {
  try {
    return startOf(position, env);
  } catch (error) {
    if (!isRewindError(error, "UNSUPPORTED_STATE")) throw error;
    return undefined;
  }
}

/** A copy of a state whose instances are of the classes of another instance of its program. */
export function ownCopy(
  state: unknown,
  from: AnySimulation,
  to: AnySimulation,
  env: Environment,
): unknown {
  // Numbers and texts need no copy: nothing can change them.
  if (typeof state !== "object" || state === null) return state;
  return decodeState(encodeState(state, from, env), to);
}
