import { equalBytes } from "../../base/bytes.ts";
import { isRewindError } from "../../base/errors.ts";
import { digestOf } from "../../codec/encode.ts";
import { decodeState } from "../environment.ts";
import { observersOf } from "../observers.ts";
import type { LiveSegment } from "../segment.ts";
import { ObserverFault, observerFailed } from "./observer-failed.ts";

/**
 * Does `look`, which calls the observers of a segment, and checks that the state is then as it was.
 * Throws OBSERVER_FAILED, which names the observer that changed it.
 */
export function lookUnchanged(
  state: unknown,
  step: number,
  segment: LiveSegment,
  look: () => void,
): void {
  const before = fingerprint(state, segment);
  look();
  if (before === undefined || isSame(fingerprint(state, segment), before)) return;
  const { simulation, params } = segment;
  const observers = observersOf(simulation);
  const culprit = observers.find(({ value }) => {
    const copy = decodeState(before, simulation);
    value(copy, { step, params });
    return !isSame(fingerprint(copy, segment), before);
  });
  const { name } = culprit ?? (observers[0] as (typeof observers)[number]);
  const fault = new ObserverFault("it changed the state that it looked at");
  throw observerFailed(fault, name, step, segment);
}

function isSame(found: Uint8Array | undefined, expected: Uint8Array): boolean {
  return found !== undefined && equalBytes(found, expected);
}

/** The encoding of a state that an observer could change; undefined if it has none. */
function fingerprint(state: unknown, { simulation }: LiveSegment): Uint8Array | undefined {
  if (typeof state !== "object" || state === null) return undefined;
  try {
    return digestOf(state, (encoded) => encoded.slice(), simulation);
  } catch (error) {
    // Inside a block, a state may hold values that a checkpoint cannot.
    if (isRewindError(error, "UNSUPPORTED_STATE")) return undefined;
    throw error;
  }
}
