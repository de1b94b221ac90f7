import { count } from "../../base/count.ts";
import { RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
import type { Id } from "../../object/id.ts";
import type { Series } from "../../object/observed.ts";
import type { ShapeKind, Summary } from "../../object/summary-fields.ts";
import {
  type NumberStatistics,
  type NumberSummary,
  quantileOf,
  statisticsOf,
} from "../../statistics/number-summary.ts";
import type { TextSummary } from "../../statistics/text-summary.ts";
import { LONG_OPTIONS, type LongOptions } from "../environment.ts";
import type { StepRange } from "../look/scan.ts";
import type { Replayer } from "../replayer.ts";
import type { ObserverStart } from "./live-observers.ts";
import { addedTo, observedOf } from "./observed-before.ts";
import { rangeSummary } from "./range-summary.ts";
import { declaredObserver } from "./summarize.ts";

/** An observer of a run. */
export interface ObserverInfo {
  readonly name: string;
  /** What it gives; undefined as long as it gave nothing. */
  readonly kind: ShapeKind | undefined;
  readonly unit: string | undefined;
  readonly title: string | undefined;
}

/** Statistics of what an observer gave over a range of steps, both ends included. */
export interface ObservedStatistics extends ObserverInfo {
  readonly from: number;
  readonly to: number;
  /** Those of its number; of each of its numbers if it gives several; none if it gives texts. */
  readonly numbers: readonly NumberStatistics[];
  /** Which texts it gave, and how often; undefined if it gives numbers. */
  readonly text: TextSummary | undefined;
  /**
   * The `p` quantile of a number, from 0 to 1: the smallest value that at least this share of the
   * values does not exceed, off by at most 0.8 %. NaN if a value is NaN, or without values.
   */
  quantile(p: number, component?: number): number;
}

/** Which steps to look at. */
export interface ObservedOptions extends LongOptions {
  /** The first step; 0 unless given. */
  readonly from?: number | undefined;
  /** The last step; the run's last unless given. */
  readonly to?: number | undefined;
}

/** What those may be. */
export const OBSERVED_OPTIONS: OptionKinds<ObservedOptions> = {
  ...LONG_OPTIONS,
  from: "any",
  to: "any",
};

/** A run whose observers are read. */
interface OfRun {
  readonly id: Id<"run">;
  readonly replayer: Replayer;
}

/** The observers of a run, also those that were added later, sorted by name. */
export async function observersOfRun(run: OfRun): Promise<readonly ObserverInfo[]> {
  return (await allSeries(run)).map(infoOf);
}

async function allSeries({ id, replayer }: OfRun): Promise<readonly Series[]> {
  const declared = (await observedOf(replayer))?.series ?? [];
  const names = new Set(declared.map(({ name }) => name));
  const added = (await addedTo(id, replayer)).filter(({ name }) => !names.has(name));
  return [...declared, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Statistics of one observer over a range of steps: the same, bit for bit, as of its values at all of
 * these steps. Throws OBSERVER_NOT_FOUND, and what a replay throws.
 */
export async function observedStatistics(
  run: OfRun,
  name: string,
  range: StepRange & LongOptions,
): Promise<ObservedStatistics> {
  const series = await seriesNamed(run, name);
  const observer = (part: StepRange): ObserverStart => {
    if (series.definition.by === "simulation") return declaredObserver(series);
    throw notHere(series, run.replayer.manifest.blockSize, part);
  };
  const summary = await rangeSummary(run.replayer, series, observer, range);
  const numbers = numbersOf(summary);
  return {
    ...infoOf(series),
    from: range.from,
    to: range.to,
    numbers: numbers.map(statisticsOf),
    text: summary !== undefined && "text" in summary ? summary.text : undefined,
    quantile: (p, component = 0) => {
      const of = numbers[component];
      return of === undefined ? Number.NaN : quantileOf(of, p);
    },
  };
}

/**
 * An observer that was added is not called again, since its text may come from a stranger: what was
 * stored of it covers whole blocks.
 */
function notHere({ name, to }: Series, blockSize: number, part: StepRange): RewindError {
  const steps = `steps ${count(part.from)} to ${count(part.to)}`;
  return new RewindError(
    "INVALID_ARGUMENT",
    part.to > to
      ? `${name} was observed up to step ${count(to)} of the run, not at ${steps}`
      : `${name} was added to the run, and is known for whole blocks of ${count(blockSize)} steps, not for ${steps}`,
    { name, from: part.from, to: part.to, observer: name, blockSize },
  );
}

/** The series of an observer. Throws OBSERVER_NOT_FOUND. */
export async function seriesNamed(run: OfRun, name: string): Promise<Series> {
  const all = await allSeries(run);
  const found = all.find((series) => series.name === name);
  if (found !== undefined) return found;
  const known = all.map((series) => series.name);
  throw new RewindError("OBSERVER_NOT_FOUND", `the run has no observer ${name}`, { name, known });
}

function infoOf({ name, shape, unit, title }: Series): ObserverInfo {
  return { name, kind: shape?.kind, unit, title };
}

function numbersOf(summary: Summary | undefined): readonly NumberSummary[] {
  return summary !== undefined && "numbers" in summary ? summary.numbers : [];
}
