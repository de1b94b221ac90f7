import { isRewindError } from "../../base/errors.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import { messageOf } from "../../base/reason.ts";
import type { SegmentBegin } from "../../object/run.ts";
import type { FirstStateNote } from "../../object/run-meta.ts";
import { putState } from "../../object/state.ts";
import type { ObjectWriter } from "../../store/object-store.ts";
import { decodeState, type Environment, encodeState } from "../environment.ts";
import type { LiveSegment } from "../segment.ts";
import type { AnySimulation } from "../simulation.ts";
import type { Streams } from "../streams.ts";

/** A state to record from, in place of the one that `init` gives. */
export interface GivenState {
  /** What errors call it, such as `the state in x.json`. */
  readonly name: string;
  /** What is noted about it with the run. */
  readonly note: FirstStateNote | undefined;
  /** The state, with the classes of the simulation that is recorded. */
  read(simulation: AnySimulation): unknown;
}

/** Where a recording begins when it does not begin with `init`. */
export interface FirstPlace {
  readonly state: unknown;
  readonly streams: Streams;
  readonly encoded: Uint8Array;
}

/**
 * The given state as the first one of a run, with the generators of its first step: those of its own
 * seed, from which nothing was drawn. Throws INVALID_ARGUMENT if the simulation cannot take it, and
 * UNSUPPORTED_STATE.
 */
export function placeAt(env: Environment, segment: LiveSegment, given: GivenState): FirstPlace {
  const { simulation, source } = segment;
  const encoded = env.guard(() => encodeState(readBy(simulation, given), simulation, env));
  // The caller keeps the given state.
  return { state: decodeState(encoded, simulation), streams: source.at(0), encoded };
}

/** What the first segment of such a run stores, because `init` does not give it. */
export function beginWith(
  { encoded, streams }: FirstPlace,
  writer: Pick<ObjectWriter, "put">,
): SegmentBegin {
  const { main, named } = streams.states();
  return { state: putState(encoded, writer.put), generator: main, named, witness: 0 };
}

function readBy(simulation: AnySimulation, { name, read }: GivenState): unknown {
  try {
    const state = read(simulation);
    // As with `init`: a step could not tell such a state from none.
    if (state === undefined) throw new TypeError("expected a state, got undefined");
    return state;
  } catch (cause) {
    if (isRewindError(cause, "INTERRUPTED")) throw cause;
    const problem = messageOf(cause);
    throw invalidArgument(
      `expected ${name} to be one that the simulation "${simulation.name}" can take: ${problem}`,
      { name: "from", hint: FITS },
      { cause },
    );
  }
}

const FITS =
  "a state is written by `rewind get REV@STEP -o state.cbor`; its classes must be in the types of the simulation";
