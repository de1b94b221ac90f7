import type { Id } from "../../object/id.ts";
import { decodeObserved, type Observed, type Series } from "../../object/observed.ts";
import { SeriesReader } from "../../object/series-tree.ts";
import type { Replayer } from "../replayer.ts";
import type { ObservedBefore } from "./observing.ts";
import { declaredObserver, summarize } from "./summarize.ts";

/** What was observed while a run was recorded; undefined if its simulation observes nothing. */
export async function observedOf({
  manifest,
  readObject,
}: Replayer): Promise<Observed | undefined> {
  if (manifest.observed === undefined) return undefined;
  return decodeObserved(await readObject("observed", manifest.observed));
}

/** What was observed of a run after it was recorded. */
export async function addedTo(
  run: Id<"run">,
  { env, readObject, manifest }: Replayer,
): Promise<readonly Series[]> {
  const added: Series[] = [];
  for (const id of env.observations.of(run)) {
    const { blockSize, series } = decodeObserved(await readObject("observed", id));
    const fits = blockSize === manifest.blockSize && series.every(({ to }) => to <= manifest.steps);
    if (fits) added.push(...series);
  }
  return added.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * What a run that goes on from `step` of another begins with. `isSame` says that it goes on with the
 * state that the other has there, which then is not observed again.
 */
export async function observedBefore(
  replayer: Replayer,
  step: number,
  isSame: boolean,
): Promise<ObservedBefore> {
  const observed = await observedOf(replayer);
  if (observed === undefined || step === 0) return { step, series: [] };
  if (isSame && step === replayer.manifest.steps)
    return { step: step + 1, series: observed.series };
  const from = replayer.gridBefore(step);
  const observers = observed.series.map(declaredObserver);
  const tails = step > from ? await summarize(replayer, { from, to: step - 1 }, observers) : [];
  const reader = new SeriesReader(replayer.readObject);
  const series = [];
  for (const [i, each] of observed.series.entries()) {
    const edge = await reader.prefix(each, from / observed.blockSize);
    series.push({ ...each, edge, to: step - 1, tail: tails[i]?.summary });
  }
  return { step, series };
}
