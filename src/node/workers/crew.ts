import os from "node:os";
import type { Pace, WorkerSetup, Workers } from "../../replay/workers.ts";
import { type HeldZone, holdZone } from "./held-zone.ts";

/**
 * Below these, workers cost more than they save: one starts in about 60 ms, beside the first
 * thread, and each piece begins with a new instance of the program.
 */
const PACE: Pace = { afterMs: 50, worthMs: 200, leastMs: 100, mostMs: 2_000 };

/**
 * Workers on threads, for runs of the store in a folder: each opens the store to read. One that
 * gives no sign for `hangMs` counts as hanging.
 */
export function nodeWorkers(
  root: string,
  options: { readonly pace?: Pace; readonly hangMs?: number } = {},
): Workers {
  const { pace = PACE, hangMs = HANG_MS } = options;
  return {
    jobs: os.availableParallelism(),
    pace,
    async start(setup) {
      // Only here: most commands have less to do.
      const { startThread } = await import("./thread.ts");
      const zone = zoneFor(setup);
      if (zone === undefined) return undefined;
      return startThread({ root, setup, hangMs, onEnd: () => zone.release() });
    },
  };
}

/** A slice takes 30 ms, or one step: this is far above what a step takes in any simulation. */
const HANG_MS = 600_000;

/** Puts the process in the zone of the runs; undefined if they have several. */
function zoneFor({ zones }: WorkerSetup): HeldZone | undefined {
  const [zone, ...others] = zones;
  if (others.length > 0) return undefined;
  return holdZone(zone);
}
