import { isRewindError, RewindError } from "../../../base/errors.ts";
import { count, plural } from "../../terminal/text.ts";

/** --from and --to, where they are not the ends of the run. */
export interface Ends {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** How far a search came: the data of INTERRUPTED. A bisection counts the states that it looked at. */
interface Progress {
  readonly looked: { readonly from: number; readonly to: number } | number | undefined;
  readonly rest: { readonly from: number; readonly to: number };
  readonly held?: number;
}

/**
 * Ctrl-C in a search of a run of so many steps: how far it got, and the command line that goes on
 * from there, which `goOn` makes. Any other error as it is.
 */
export function interruptedSearch(
  error: unknown,
  steps: number,
  goOn: (ends: Ends) => string,
): unknown {
  if (!isRewindError(error, "INTERRUPTED")) return error;
  const { looked, rest, held = 0 } = error.data as unknown as Progress;
  const ends = {
    from: rest.from === 0 ? undefined : written(rest.from),
    to: rest.to === steps ? undefined : written(rest.to),
  };
  return new RewindError("INTERRUPTED", `interrupted: ${progressText(looked, held)}`, {
    goOn: goOn(ends),
  });
}

function progressText(looked: Progress["looked"], held: number): string {
  if (looked === undefined) return "looked at no step yet";
  if (typeof looked === "number") return `looked at ${plural(looked, "state")}`;
  const { from, to } = looked;
  if (from === to) {
    return `looked at step ${count(from)}, it ${held === 0 ? "did not hold" : "held"} there`;
  }
  const times = held === 0 ? "none" : count(held);
  return `looked at steps ${count(from)} to ${count(to)}, it held at ${times} of them`;
}

/** A step as the command line takes it: `412_001`. */
function written(step: number): string {
  return count(step).replaceAll(",", "_");
}
