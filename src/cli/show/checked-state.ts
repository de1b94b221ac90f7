import { isRewindError, RewindError } from "../../base/errors.ts";
import type { LongOptions } from "../../replay/environment.ts";
import type { Run } from "../../replay/run/run.ts";

/** A check that should take longer than this comes after the answer. */
const QUICK_MS = 100;

/**
 * Shows the state at a step, which `print` prints, and checks that it is the one that the run had:
 * before it is printed where that is quick, else after, so that the answer does not wait. Throws
 * REPLAY_MISMATCH; with `force` the state is printed all the same.
 */
export async function showChecked<S, P extends object>(
  run: Run<S, P>,
  step: number,
  options: Pick<LongOptions, "signal"> & { readonly force: boolean },
  print: (state: S) => void | Promise<void>,
): Promise<void> {
  const { replayer } = run;
  const begun = performance.now();
  const { state, check } = await run.peek(step);
  const passed = step - replayer.stretchStart(step);
  const left = Math.min(replayer.gridAfter(step), run.steps) - step;
  const isQuick = ((performance.now() - begun) / Math.max(1, passed)) * left <= QUICK_MS;
  if (isQuick && !options.force) {
    await check(options);
    return print(state);
  }
  await print(state);
  try {
    await check(options);
  } catch (error) {
    if (!isRewindError(error, "REPLAY_MISMATCH")) throw error;
    const message = `the state that was printed is not to be trusted: ${error.message}`;
    throw new RewindError(error.code, message, error.data, { cause: error });
  }
}
