import { checkStepInRange } from "../base/checks.ts";
import { unexpectedArgument } from "../base/invalid-argument.ts";
import { checkKind, type OptionKinds } from "../base/options.ts";
import { someOf } from "../base/some-of.ts";
import type { Curve, Plot } from "../plot/plot.ts";
import { type SharedStretch, sharedPasts } from "../replay/compare/shared-pasts.ts";
import { jointProgress } from "../replay/drive.ts";
import { bucketsOf, bucketsWithin } from "../replay/look/buckets.ts";
import type { Look } from "../replay/look/look.ts";
import {
  type Bucket,
  SERIES_OPTIONS,
  type SeriesOptions,
  seriesOver,
} from "../replay/look/series.ts";
import type { Run } from "../replay/run/run.ts";
import { forkMarks } from "./fork-marks.ts";

/** A number of each state, to plot. */
export interface PlotMetric {
  /** What the legend calls it. */
  readonly label: string;
  /** What the axis calls it; the label unless given. */
  readonly title?: string | undefined;
  /** Metrics of one unit share an axis. */
  readonly unit?: string | undefined;
  readonly look: Look<never, never, number>;
}

/** A run to plot, and what the legend calls it. */
export interface PlottedRun {
  readonly name: string;
  readonly run: Run;
}

/** Which steps are plotted, and how. */
export interface PlotOptions extends SeriesOptions {
  /** The titles of the metrics unless given. */
  readonly title?: string | undefined;
}

/** What those may be. */
export const PLOT_OPTIONS: OptionKinds<PlotOptions> = { ...SERIES_OPTIONS, title: "text" };

const POINTS = 1_000;

/** The curves of metrics over runs: what some of the runs share comes once. */
export async function plotOf(
  runs: readonly PlottedRun[],
  metrics: readonly PlotMetric[],
  options: PlotOptions,
): Promise<Plot> {
  if (runs.length === 0) throw unexpectedArgument("the runs", "at least one", runs);
  if (metrics.length === 0) throw unexpectedArgument("the metrics", "at least one", metrics);
  for (const metric of metrics) {
    checkKind(metric, "each metric", "object");
    const { label, look } = metric;
    checkKind(label, "the label of each metric", "text");
    checkKind(look, "the look of each metric", "function");
  }
  const { points = POINTS, title, onProgress, signal } = options;
  const range = rangeOf(runs, options);
  const replayers = runs.map(({ run }) => run.replayer);
  const tree = await sharedPasts(replayers, { signal });
  const grid = bucketsOf(range, points);
  const stretches = tree
    .map((stretch) => ({ ...stretch, buckets: bucketsWithin(grid, stretch) }))
    .filter(({ buckets }) => buckets.length > 0);
  const progress = jointProgress(
    stretches.map(({ buckets: [first, ...more] }) => (more.at(-1)?.to ?? 0) - (first?.from ?? 0)),
    onProgress,
  );
  const drawn: Drawn[] = [];
  for (const [i, { buckets, ...stretch }] of stretches.entries()) {
    const { replayer } = (runs[stretch.runs[0] as number] as PlottedRun).run;
    const looks = metrics.map(({ look }) => look);
    const each = { previous: options.previous, signal, onProgress: progress[i] };
    drawn.push({ stretch, series: await seriesOver(replayer, looks, buckets, each) });
  }
  const titles = metrics.map(({ label, title = label }) => title);
  return {
    title: title ?? someOf([...new Set(titles)]),
    xLabel: "step",
    curves: metrics.flatMap((_, i) => curvesOf(i, { runs, metrics, drawn })),
    marks: await forkMarks(runs, tree),
  };
}

function rangeOf(
  runs: readonly PlottedRun[],
  options: PlotOptions,
): { readonly from: number; readonly to: number } {
  const longest = Math.max(...runs.map(({ run }) => run.steps));
  const to = checkStepInRange(options.to ?? longest, longest);
  const from = options.from ?? 0;
  for (const { run } of runs) checkStepInRange(from, Math.min(run.steps, to));
  return { from, to };
}

/** A stretch, with the buckets of each metric. */
interface Drawn {
  readonly stretch: SharedStretch;
  readonly series: readonly (readonly Bucket[])[];
}

/** The curves of one metric, in the order of the stretches. */
function curvesOf(
  index: number,
  {
    runs,
    metrics,
    drawn,
  }: {
    readonly runs: readonly PlottedRun[];
    readonly metrics: readonly PlotMetric[];
    readonly drawn: readonly Drawn[];
  },
): Curve[] {
  const { label, title = label, unit } = metrics[index] as PlotMetric;
  // Styles differ within a panel, and a run keeps its own in panels of one metric.
  const inPanel = metrics.filter((other) => other.unit === unit);
  const before = inPanel.indexOf(metrics[index] as PlotMetric);
  const isAmong = inPanel.length > 1;
  return drawn.flatMap(({ stretch, series }) => {
    const spans = series[index] as readonly Bucket[];
    if (isDrawnBefore(stretch, spans, index, drawn)) return [];
    const [first = 0, ...others] = stretch.runs;
    const goesOn = stretch.runs.some((i) => (runs[i] as PlottedRun).run.steps > stretch.to);
    const isShared = others.length > 0 && goesOn;
    const names = someOf(stretch.runs.map((i) => (runs[i] as PlottedRun).name));
    const shown = !isAmong ? names : runs.length === 1 ? label : `${names}: ${label}`;
    return {
      label: isShared ? `${shown} (shared past)` : shown,
      ...{ title, unit, spans },
      style: isShared ? ("shared" as const) : before * runs.length + first,
    };
  });
}

/** Whether a run ends where it parts from others, with a value that is the end of their past. */
function isDrawnBefore(
  { from, to }: SharedStretch,
  spans: readonly Bucket[],
  index: number,
  drawn: readonly Drawn[],
): boolean {
  if (from !== to || from === 0) return false;
  return drawn.some(
    ({ stretch, series }) =>
      stretch.from < from &&
      stretch.to === from &&
      stretch.runs.length > 1 &&
      Object.is(series[index]?.at(-1)?.last, spans[0]?.last),
  );
}
