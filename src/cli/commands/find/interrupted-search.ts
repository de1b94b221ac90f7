import { count, plural } from "../../../base/count.ts";
import { isRewindError, RewindError } from "../../../base/errors.ts";

/** --from and --to, unless they are the ends of the run. */
export interface Ends {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** The first and the last of the steps that matched. */
export interface Matches {
  readonly first?: number | undefined;
  readonly last?: number | undefined;
}

/**
 * The progress of a search: the data of INTERRUPTED. A bisection counts the states that it looked
 * at.
 */
interface Progress {
  readonly looked: { readonly from: number; readonly to: number } | number | undefined;
  readonly rest: { readonly from: number; readonly to: number };
  readonly held?: number;
}

/**
 * The error of a search that Ctrl-C ended, in a run of `steps` steps: how far it got, what it
 * found, and the command line from `goOn` that continues from there. Returns any other error
 * unchanged.
 */
export function interruptedSearch(
  error: unknown,
  steps: number,
  goOn: (ends: Ends) => string,
): unknown {
  if (!isRewindError(error, "INTERRUPTED")) return error;
  const { looked, rest, held = 0, first, last } = error.data;
  // The search was interrupted before it began.
  if (rest === undefined) return error;
  const ends = {
    from: rest.from === 0 ? undefined : written(rest.from),
    to: rest.to === steps ? undefined : written(rest.to),
  };
  const found = held === 0 ? { count: 0 } : { count: held, first, last };
  return new RewindError("INTERRUPTED", `interrupted: ${progressText(looked, found)}`, {
    ...(typeof looked === "object" && { looked, ...found }),
    goOn: goOn(ends),
  });
}

function progressText(
  looked: Progress["looked"],
  { count: matching, first, last }: Matches & { readonly count: number },
): string {
  if (looked === undefined) return "looked at no step yet";
  if (typeof looked === "number") return `looked at ${plural(looked, "state")}`;
  const { from, to } = looked;
  if (from === to) {
    return `looked at step ${count(from)}, which ${matching === 0 ? "does not match" : "matches"}`;
  }
  const steps = `looked at steps ${count(from)} to ${count(to)}`;
  if (matching === 0) return `${steps}, and none of them matches`;
  if (matching === 1) return `${steps}, and one of them matches: ${count(Number(first))}`;
  return `${steps}, and ${count(matching)} of them match: the first ${count(Number(first))}, the last ${count(Number(last))}`;
}

/** A step as written on the command line: `412_001`. */
function written(step: number): string {
  return count(step).replaceAll(",", "_");
}
