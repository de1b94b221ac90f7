import { clock } from "../../base/clock.ts";
import { isRewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import type { LongOptions } from "../../replay/environment.ts";
import type { Run } from "../../replay/run/run.ts";

/** A check that should take longer than this comes after the answer. */
const QUICK_MS = 100;

/**
 * Prints the state at a step with `print`, and checks that the run had this state: before printing
 * it if the check is quick, otherwise after, so that the answer does not wait. Throws
 * REPLAY_MISMATCH; with `force` the state is printed anyway.
 */
export async function showChecked<S, P extends object>(
  run: Run<S, P>,
  step: number,
  { signal, force }: Pick<LongOptions, "signal"> & { readonly force: boolean },
  print: (state: S) => void | Promise<void>,
): Promise<void> {
  const begun = clock.now();
  const { state, passed, left, check } = await run.peek(step);
  const isQuick = ((clock.now() - begun) / Math.max(1, passed)) * left <= QUICK_MS;
  if (isQuick && !force) {
    await check({ signal });
    return print(state);
  }
  await print(state);
  try {
    await check({ signal });
  } catch (error) {
    if (!isRewindError(error, "REPLAY_MISMATCH")) throw error;
    throw withData(error, {}, `do not trust the state that was printed: ${error.message}`);
  }
}
