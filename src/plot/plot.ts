/** What a plot shows: curves over the steps of runs, whatever they were computed from. */
export interface Plot {
  readonly title: string;
  /** What the x axis counts: `step`. */
  readonly xLabel: string;
  readonly curves: readonly Curve[];
  readonly marks: readonly Mark[];
}

/** One quantity of one run, or of several runs as far as they have the same past. */
export interface Curve {
  /** What the legend calls it. */
  readonly label: string;
  /** The quantity, for the axis. */
  readonly title?: string | undefined;
  /** The unit of its values. Curves of one unit share a panel. */
  readonly unit?: string | undefined;
  /** Which colour and dash it gets, from 0; `shared` is the neutral one of a common past. */
  readonly style: number | "shared";
  /** In the order of their steps. */
  readonly spans: readonly CurveSpan[];
}

/** The values at some steps in a row, in short. */
export interface CurveSpan {
  /** The first and the last of its steps. */
  readonly from: number;
  readonly to: number;
  /** The least and the greatest value, without NaN; NaN if there is no other value. */
  readonly min: number;
  readonly max: number;
  /** The values at the first and at the last step. */
  readonly first: number;
  readonly last: number;
}

/** A step to point out, such as that of a fork. */
export interface Mark {
  readonly step: number;
  readonly label: string;
}

/** The steps that the curves of a plot cover. */
export function stepsOf({ curves }: Pick<Plot, "curves">): {
  readonly from: number;
  readonly to: number;
} {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { spans } of curves) {
    from = Math.min(from, spans[0]?.from ?? from);
    to = Math.max(to, spans.at(-1)?.to ?? to);
  }
  return from <= to ? { from, to } : { from: 0, to: 0 };
}

/** The marks within the steps of a plot, one for each step, in order. */
export function marksOf(plot: Plot): readonly Mark[] {
  const { from, to } = stepsOf(plot);
  const labels = new Map<number, string[]>();
  for (const { step, label } of plot.marks) {
    if (step < from || step > to) continue;
    labels.set(step, [...(labels.get(step) ?? []), label]);
  }
  return [...labels]
    .sort(([a], [b]) => a - b)
    .map(([step, all]) => ({ step, label: all.join("; ") }));
}

/** One curve for each name and style, for a legend: panels of one quantity each repeat the runs. */
export function named(curves: readonly Curve[]): readonly Curve[] {
  const byName = new Map(curves.map((curve) => [`${curve.style} ${curve.label}`, curve]));
  return [...byName.values()];
}
