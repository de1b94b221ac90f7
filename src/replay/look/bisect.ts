import { equalBytes } from "../../base/bytes.ts";
import { RewindError } from "../../base/errors.ts";
import { encodeState } from "../environment.ts";
import type { Replayer } from "../replayer.ts";
import { fingerprint, functionChangedState, functionFailed } from "./failures.ts";
import { type Found, found, interrupted } from "./find.ts";
import { checkArguments, type Look, type RangeOptions, rangeOf } from "./look.ts";
import { lookBack, NOTHING, previousAt } from "./previous.ts";

/** The step at which a predicate begins to hold, and how many states the search looked at. */
export interface Bisection<S> {
  /** The first step at which it holds; undefined if it does not hold at the last one. */
  readonly found: Found<S> | undefined;
  /** How many states the predicate looked at: about log2 of the steps. */
  readonly looked: number;
}

/**
 * The first step at which `predicate` holds, if it stays true once it is true: halves the range
 * until one step is left. For any other predicate the result is some step at which it begins to
 * hold, or the first step of the range, or undefined.
 */
export async function bisect<S>(
  replayer: Replayer,
  predicate: Look<never, never>,
  options: RangeOptions = {},
): Promise<Bisection<S>> {
  const { from, to } = rangeOf(replayer, options);
  checkArguments(predicate, options);
  const { env } = replayer;
  const most = from === to ? 1 : 2 + Math.ceil(Math.log2(to - from));
  // As far as is known, it does not hold at `low` and holds at `high`.
  let low = from - 1;
  let high = to + 1;
  let looked = 0;
  const holdsAt = async (step: number): Promise<boolean> => {
    if (options.signal?.aborted) throw new RewindError("INTERRUPTED", "interrupted");
    const holds = await look(replayer, step, predicate as Look, options);
    if (holds) high = step;
    else low = step;
    looked++;
    options.onProgress?.({ done: Math.min(looked, most), total: most });
    await env.pause();
    return holds;
  };
  try {
    if (!(await holdsAt(from)) && from < to && (await holdsAt(to))) {
      while (high - low > 1) await holdsAt(low + Math.floor((high - low) / 2));
    }
    options.onProgress?.({ done: most, total: most });
    if (high > to) return { found: undefined, looked };
    return {
      found: await found<S>(await replayer.positionAt(high, { signal: options.signal }), replayer),
      looked,
    };
  } catch (error) {
    const rest = { from: Math.max(from, low), to: Math.min(to, high) };
    throw interrupted(error, `looked at ${looked} states`, { looked, rest });
  }
}

/** Whether a predicate holds at one step. */
async function look(
  replayer: Replayer,
  step: number,
  predicate: Look,
  options: RangeOptions,
): Promise<boolean> {
  const { env } = replayer;
  const { signal } = options;
  const before =
    options.previous === true && step > 0
      ? previousAt(await replayer.positionAt(step - 1, { signal }), env)
      : NOTHING;
  const { state, segment } = await replayer.positionAt(step, { signal });
  const { simulation, context } = segment;
  context.step = step;
  const expected = fingerprint(state, simulation, env);
  const holds = env.guard(() => {
    try {
      return Boolean(lookBack(predicate, state, context, before, env));
    } catch (cause) {
      throw functionFailed(cause, step);
    }
  });
  if (expected !== undefined && !equalBytes(encodeState(state, simulation, env), expected)) {
    throw functionChangedState(step);
  }
  return holds;
}
