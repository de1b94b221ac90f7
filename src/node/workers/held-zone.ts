import process from "node:process";
import { currentPlace } from "../host/place.ts";

/** A time zone that the process stays in until it is released. */
export interface HeldZone {
  release(): void;
}

// Read before any step runs, because a step may not read process.env.
const { env: variables } = process;

let held: { readonly zone: string; readonly before: string | undefined } | undefined;
let holders = 0;

/**
 * Keeps the process in a time zone. It belongs to the whole process, so a thread cannot have its own:
 * as long as workers replay a run, the first thread stays in the run's zone too. Undefined if
 * another zone is held.
 */
export function holdZone(zone: string | undefined): HeldZone | undefined {
  const wanted = zone ?? held?.zone ?? currentPlace().zone;
  if (held !== undefined && held.zone !== wanted) return undefined;
  if (held === undefined) {
    held = { zone: wanted, before: variables.TZ };
    // Where the process is in that zone already, nothing is assigned: it is named another way.
    if (variables.TZ !== wanted && currentPlace().zone !== wanted) variables.TZ = wanted;
  }
  holders++;
  let isReleased = false;
  return {
    release() {
      if (isReleased) return;
      isReleased = true;
      if (--holders > 0 || held === undefined) return;
      const { before } = held;
      held = undefined;
      if (before === undefined) delete variables.TZ;
      else if (variables.TZ !== before) variables.TZ = before;
    },
  };
}
