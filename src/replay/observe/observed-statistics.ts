import { RewindError } from "../../base/errors.ts";
import type { OptionKinds } from "../../base/options.ts";
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
import { observedOf } from "./observed-before.ts";
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
   * values does not exceed, off by at most 0.8 %. NaN if a value is NaN or if there are none.
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

/** The observers of a run, sorted by name. */
export async function observersOfRun(replayer: Replayer): Promise<readonly ObserverInfo[]> {
  return ((await observedOf(replayer))?.series ?? []).map(infoOf);
}

/**
 * Statistics of one observer over a range of steps: the same, bit for bit, as of its values at all of
 * these steps. Throws OBSERVER_NOT_FOUND, and what a replay throws.
 */
export async function observedStatistics(
  replayer: Replayer,
  name: string,
  range: StepRange & LongOptions,
): Promise<ObservedStatistics> {
  const series = await seriesNamed(replayer, name);
  const summary = await rangeSummary(replayer, series, declaredObserver(series), range);
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

/** The series of an observer. Throws OBSERVER_NOT_FOUND. */
export async function seriesNamed(replayer: Replayer, name: string): Promise<Series> {
  const all = (await observedOf(replayer))?.series ?? [];
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
