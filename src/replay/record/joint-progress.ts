import type { LongOptions, Progress } from "../environment.ts";

/**
 * One `onProgress` for each of several long operations in a row, so that the given `onProgress` is
 * told the progress of all of them together. `totals` are the steps of each.
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
