import { isRewindError, RewindError } from "../../base/errors.ts";
import { split } from "../jobs/split.ts";
import type { Task } from "../jobs/task.ts";
import type { Replayer } from "../replayer.ts";
import { functionFailed } from "./failures.ts";
import { interruptedAhead } from "./find.ts";
import {
  checkArguments,
  type Look,
  type LookOver,
  looking,
  type RangeOptions,
  rangeOf,
} from "./look.ts";
import { type LookInput, lookIn, passOver, stepsOf } from "./look-pieces.ts";
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
  checkArguments(predicate, options);
  let total: Count = NONE;
  try {
    await split({
      ...passOver(replayer, range, predicate, options),
      task: countTask(predicate),
      deliver(part) {
        total = together(total, part);
        return false;
      },
    });
    return total;
  } catch (error) {
    if (!isRewindError(error, "INTERRUPTED")) throw error;
    const { held = 0, first, last } = error.data;
    const { count, ...ends } = together(total, { count: held, first, last });
    throw interruptedAhead(error, range, count, count > 0 ? ends : {});
  }
}

const NONE: Count = { count: 0, first: undefined, last: undefined };

function together(a: Count, b: Count): Count {
  return { count: a.count + b.count, first: a.first ?? b.first, last: b.last ?? a.last };
}

/** Counts the steps of a piece at which a predicate holds. INTERRUPTED has the count so far. */
export function countTask(given?: Look<never, never> | LookOver): Task<LookInput, Count> {
  return {
    name: "count",
    async run({ runs: [run] }, input, piece, long) {
      const replayer = run as Replayer;
      const steps = stepsOf(piece, input);
      let held = 0;
      let first: number | undefined;
      let last: number | undefined;
      try {
        const options = { ...long, previous: input.previous };
        const look = await looking(replayer, steps, lookIn(input, given), options);
        await scan(replayer, steps, long, (state, context) => {
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
        if (!isRewindError(error, "INTERRUPTED")) throw error;
        const data = { ...error.data, held, first, last };
        throw new RewindError("INTERRUPTED", error.message, data, { cause: error.cause });
      }
      return { count: held, first, last };
    },
  };
}
