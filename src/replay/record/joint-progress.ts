import type { LongOptions, Progress } from "../environment.ts";

/**
 * What each of several long operations, one after the other, is given to report to, so that
 * `onProgress` hears how far all of them have come. `totals` are the steps that each has to do.
 */
export function jointProgress(
  totals: readonly number[],
  onProgress: LongOptions["onProgress"],
): ((progress: Progress) => void)[] {
  const total = totals.reduce((sum, steps) => sum + steps, 0);
  let before = 0;
  return totals.map((steps) => {
    const offset = before;
    before += steps;
    return ({ done }) => onProgress?.({ done: offset + done, total });
  });
}
