import { SummaryTally } from "../../object/merge-summaries.ts";
import { type Series, wholeBlocks } from "../../object/observed.ts";
import { SeriesReader } from "../../object/series-tree.ts";
import type { Summary } from "../../object/summary-fields.ts";
import type { LongOptions } from "../environment.ts";
import type { StepRange } from "../look/scan.ts";
import type { Replayer } from "../replayer.ts";
import type { ObserverStart } from "./live-observers.ts";
import { summarize } from "./summarize.ts";

/**
 * The summary of an observer over a range of steps: from the stored summaries of the whole blocks in
 * it, and by a replay of at most two blocks at its ends, for which `observer` is asked. The same as by
 * a replay of all steps.
 */
export async function rangeSummary(
  replayer: Replayer,
  series: Series,
  observer: (range: StepRange) => ObserverStart,
  { from, to, ...long }: StepRange & LongOptions,
): Promise<Summary | undefined> {
  const { blockSize } = replayer.manifest;
  const tally = new SummaryTally();
  const byReplay = async (first: number, last: number): Promise<void> => {
    if (first > last) return;
    const part = { from: first, to: last };
    const [found] = await summarize(replayer, { ...part, ...long }, [observer(part)]);
    tally.add(found?.summary);
  };
  const stored = wholeBlocks(series, blockSize);
  const first = Math.min(Math.ceil(from / blockSize), stored);
  const next = Math.min(Math.floor((to + 1) / blockSize), stored);
  const hasTail = to === series.to && from <= stored * blockSize;
  if (first >= next && !hasTail) {
    await byReplay(from, to);
    return tally.summary();
  }
  await byReplay(from, first * blockSize - 1);
  const reader = new SeriesReader(replayer.readObject);
  for await (const summary of reader.covering(series, first, next)) tally.add(summary);
  if (hasTail) tally.add(series.tail);
  else await byReplay(next * blockSize, to);
  return tally.summary();
}
