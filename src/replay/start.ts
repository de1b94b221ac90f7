import { isRewindError } from "../base/errors.ts";
import type { Position } from "./advance.ts";
import { decodeState, type Environment, encodeState } from "./environment.ts";
import type { LiveSegment } from "./segment.ts";
import type { AnySimulation } from "./simulation.ts";
import type { StreamStates } from "./streams.ts";
import type { Watch } from "./watch.ts";

/** A place from which a replay can begin: an encoded state and the states of its generators. */
export interface Start {
  readonly step: number;
  readonly encoded: Uint8Array;
  /** The states of the generators; undefined if they are seeded again here. */
  readonly streams: StreamStates | undefined;
  readonly segment: LiveSegment;
  readonly watch: Watch;
}

/** A live position at the start. Its state and generators belong to the caller. */
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

/** A start at the position, to come back to. Throws UNSUPPORTED_STATE. */
export function startOf(position: Position, env: Environment): Start {
  const { step, state, streams, segment, watch } = position;
  const encoded = encodeState(state, segment.simulation, env);
  return { step, encoded, streams: streams.states(), segment, watch: watch.copy() };
}

/** The same; undefined if the state cannot be stored, which is allowed inside a block. */
export function startIfStorable(position: Position, env: Environment): Start | undefined {
  try {
    return startOf(position, env);
  } catch (error) {
    if (!isRewindError(error, "UNSUPPORTED_STATE")) throw error;
    return undefined;
  }
}

/** A copy of a state of the simulation `from`, with the classes of `to`, another instance of it. */
export function ownCopy(
  state: unknown,
  from: AnySimulation,
  to: AnySimulation,
  env: Environment,
): unknown {
  // Nothing can change a number or a text, so it needs no copy.
  if (typeof state !== "object" || state === null) return state;
  return decodeState(encodeState(state, from, env), to);
}
