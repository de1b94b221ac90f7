import { isRewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import type { Replayer } from "../replayer.ts";
import { functionFailed } from "./failures.ts";
import { interruptedAhead } from "./find.ts";
import { type Look, type LookOver, looking, type RangeOptions, rangeOf } from "./look.ts";
import { scan } from "./scan.ts";

/** The number of steps at which a predicate holds. */
export interface Count {
  readonly count: number;
  /** The first and the last of these steps; undefined if no step matches. */
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/** Counts the steps at which `predicate` holds, in one pass. */
export async function count(
  replayer: Replayer,
  predicate: Look<never, never> | LookOver,
  options: RangeOptions = {},
): Promise<Count> {
  const range = rangeOf(replayer, options);
  let held = 0;
  let first: number | undefined;
  let last: number | undefined;
  try {
    const look = await looking(replayer, range, predicate, options);
    await scan(replayer, { ...options, ...range }, (state, context) => {
      try {
        if (!look(state, context)) return false;
      } catch (cause) {
        throw functionFailed(cause, context.step);
      }
      held++;
      first ??= context.step;
      last = context.step;
      return false;
    });
  } catch (error) {
    const ended = interruptedAhead(error, range, held);
    throw isRewindError(ended, "INTERRUPTED") ? withData(ended, { first, last }) : ended;
  }
  return { count: held, first, last };
}
