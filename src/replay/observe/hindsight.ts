import { RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import type { Id } from "../../object/id.ts";
import {
  type Definition,
  encodeObserved,
  type Series,
  sameDefinition,
  wholeBlocks,
} from "../../object/observed.ts";
import { decodeRun } from "../../object/run.ts";
import { EMPTY_SERIES, SeriesReader, seriesBuilder } from "../../object/series-tree.ts";
import type { PutObject } from "../../object/state.ts";
import { LONG_OPTIONS, type LongOptions } from "../environment.ts";
import { scan } from "../look/scan.ts";
import type { ObserverFunction } from "../observers.ts";
import { Replayer } from "../replayer.ts";
import { LiveObservers } from "./live-observers.ts";
import { addedTo, observedOf } from "./observed-before.ts";

/** An observer to add to a run that was recorded, as `Repository.observer` gives it. */
export interface AddedObserver {
  readonly definition: Exclude<Definition, { readonly by: "simulation" }>;
  readonly value: ObserverFunction<unknown>;
  readonly unit?: string | undefined;
  readonly title?: string | undefined;
}

/** What adding an observer takes: the steps to replay, and those whose statistics are there already. */
export interface ObservingCost {
  readonly steps: number;
  readonly known: number;
}

export interface ObserveOptions extends LongOptions {
  /** Called before the replay begins. */
  readonly onCost?: ((cost: ObservingCost) => void) | undefined;
}

/** What those may be. */
export const OBSERVE_OPTIONS: OptionKinds<ObserveOptions> = { ...LONG_OPTIONS, onCost: "function" };

interface Hindsight {
  readonly run: Id<"run">;
  readonly replayer: Replayer;
  readonly observer: AddedObserver & { readonly name: string };
}

/**
 * Observes a run that was recorded, by replay: the numbers are those that the observer would have
 * given while it was recorded. What was observed of the runs that it comes from is used again. What
 * was done before an interruption stays, and the next call goes on from there. Throws OBSERVER_EXISTS,
 * OBSERVER_FAILED, and what a replay throws.
 */
export async function observeAgain(
  hindsight: Hindsight,
  options: ObserveOptions = {},
): Promise<Series> {
  const { run, replayer, observer } = hindsight;
  const { env, manifest } = replayer;
  const { blockSize, steps } = manifest;
  const { name, definition, unit, title } = observer;
  const known = await knownOf(hindsight);
  options.onCost?.({ steps: steps - known.to, known: known.to + 1 });
  if (known.to === steps && known.run === run) return known.series as Series;
  const writer = await env.store.writer();
  const live = new LiveObservers([
    { name, valueIn: () => observer.value, shape: known.series?.shape },
  ]);
  const shape = (): Series["shape"] => live.shapes()[0];
  const whole = wholeBlocks(known, blockSize);
  // The states are looked at in a guard, but storing is no step.
  const put: PutObject = (kind, body) => env.guard.outside(() => writer.put(kind, body));
  const tree = seriesBuilder(known.edge, shape, put);
  let blocks = whole;
  // Up to the block before: the scan compares a block with its recorded end after the next has begun.
  let checked = { blocks, edge: known.edge };
  const seriesTo = (to: number, edge: Series["edge"], tail: Series["tail"]): Series => ({
    ...{ name, definition, unit, title, shape: shape(), to, edge, tail },
  });
  const keep = async (series: Series): Promise<void> => {
    const id = writer.put("observed", encodeObserved({ blockSize, series: [series] }));
    await writer.close();
    env.observations.note(run, name, id);
  };
  try {
    await scan(replayer, { from: whole * blockSize, to: steps }, options, (state, ctx, segment) => {
      live.take(state, ctx.step, segment);
      if ((ctx.step + 1) % blockSize === 0) {
        checked = { blocks, edge: tree.edge() };
        tree.append(live.summaries()[0]);
        live.restart();
        blocks++;
      }
      return false;
    });
  } catch (error) {
    if (checked.blocks > whole) {
      await keep(seriesTo(checked.blocks * blockSize - 1, checked.edge, undefined));
    } else await writer.abandon();
    throw error;
  }
  const isWhole = (steps + 1) % blockSize === 0;
  const series = seriesTo(steps, tree.edge(), isWhole ? undefined : live.summaries()[0]);
  await keep(series);
  return series;
}

/** The steps whose summaries are known, and in which run. */
interface Known extends Pick<Series, "to" | "edge"> {
  readonly run: Id<"run">;
  /** All that is known of that run's. */
  readonly series: Series | undefined;
}

/** What is known of an observer: of the run itself, or of the runs that it shares its past with. */
async function knownOf({ run, replayer, observer }: Hindsight): Promise<Known> {
  const { blockSize } = replayer.manifest;
  const declared = (await observedOf(replayer))?.series.find(({ name }) => name === observer.name);
  if (declared !== undefined) throw exists(declared);
  let known: Known = { run, series: undefined, to: -1, edge: EMPTY_SERIES };
  let shared = replayer.manifest.steps;
  for (let [id, at] = [run, replayer]; ; ) {
    const series = (await addedTo(id, at)).find(({ name }) => name === observer.name);
    const isSame = series !== undefined && sameDefinition(series.definition, observer.definition);
    if (series !== undefined && !isSame && id === run) throw exists(series);
    if (series !== undefined && isSame) {
      const isWhole = id === run && series.to === shared;
      // The states before the fork are shared, so the blocks before it are.
      const to = isWhole
        ? shared
        : Math.floor(Math.min(series.to + 1, shared) / blockSize) * blockSize - 1;
      if (to > known.to) {
        const count = wholeBlocks({ to }, blockSize);
        const edge = await new SeriesReader(at.readObject).prefix(series, count);
        known = { run: id, series, to, edge };
      }
    }
    const [parent] = at.manifest.parents;
    if (parent === undefined || parent.step <= known.to || !(await at.env.store.has(parent.run))) {
      return known;
    }
    shared = Math.min(shared, parent.step);
    id = parent.run;
    at = new Replayer(decodeRun(await at.readObject("run", id)), replayer.env);
    if (at.manifest.blockSize !== blockSize) return known;
  }
}

function exists({ name, definition }: Series): RewindError {
  const what =
    definition.by === "simulation"
      ? "the simulation declares it"
      : definition.by === "expression"
        ? `it is ${definition.text}`
        : `it is the export ${definition.export} of a module`;
  return new RewindError("OBSERVER_EXISTS", `the run has another observer ${name}: ${what}`, {
    name,
  });
}
