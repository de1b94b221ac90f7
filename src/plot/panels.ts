import { count, plural } from "../base/count.ts";
import type { Curve, CurveSpan } from "./plot.ts";
import { linearScale, logScale, type Scale } from "./scale.ts";

/** The curves of one unit, which are drawn over one axis of values. */
export interface Panel {
  /** What the axis shows: the quantities, and their unit. */
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Undefined if there is no value to draw. */
  readonly scale: Scale | undefined;
  /** What the picture cannot show: NaN, infinities, and on a logarithmic axis what is not above 0. */
  readonly notes: readonly string[];
}

/** How values are drawn. */
export interface ValueAxis {
  /** Whether the axis is logarithmic. */
  readonly log: boolean;
  /** About how many ticks it has room for. */
  readonly ticks: number;
}

/** One panel for each unit, in the order of the curves. */
export function panelsOf(curves: readonly Curve[], axis: ValueAxis): readonly Panel[] {
  const units = [...new Set(curves.map(({ unit }) => unit))];
  return units.map((unit) => {
    const own = curves.filter((curve) => curve.unit === unit);
    return {
      title: titleOf(own, unit),
      curves: own,
      scale: scaleOf(own, axis),
      notes: own.flatMap((curve) => notesOn(curve, axis.log)),
    };
  });
}

function titleOf(curves: readonly Curve[], unit: string | undefined): string {
  const titles = [...new Set(curves.flatMap(({ title }) => title ?? []))];
  const quantities = titles.slice(0, 4).join(", ") + (titles.length > 4 ? ", …" : "");
  if (unit === undefined) return quantities;
  return quantities === "" ? unit : `${quantities} (${unit})`;
}

function scaleOf(curves: readonly Curve[], { log, ticks }: ValueAxis): Scale | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { spans } of curves) {
    for (const { min, max, first, last } of spans) {
      for (const value of [min, max, first, last]) {
        if (!Number.isFinite(value) || (log && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  }
  if (low <= high) return log ? logScale(low, high, ticks) : linearScale(low, high, ticks);
  // Infinities alone still lie at the edges of an axis.
  const any = curves.some(({ spans }) => spans.some(({ min }) => !Number.isNaN(min)));
  return any && !log ? linearScale(0, 0, ticks) : undefined;
}

/** Says which values of a curve are not drawn where they are. */
function notesOn({ label, spans }: Curve, log: boolean): string[] {
  const kinds: readonly [says: string, is: (span: CurveSpan) => boolean][] = [
    ["NaN", ({ min, first, last }) => [min, first, last].some(Number.isNaN)],
    ["Infinity, drawn at the upper edge", ({ max }) => max === Number.POSITIVE_INFINITY],
    ["-Infinity, drawn at the lower edge", ({ min }) => min === Number.NEGATIVE_INFINITY],
    [
      "values that are not above 0, drawn at the lower edge",
      ({ min }) => log && min <= 0 && Number.isFinite(min),
    ],
  ];
  return kinds.flatMap(([says, is]) => {
    const found = spans.filter(is);
    const [first] = found;
    if (first === undefined) return [];
    const last = found.at(-1) as CurveSpan;
    const where =
      first.from === last.to
        ? `at step ${count(first.from)}`
        : `from step ${count(first.from)} to ${count(last.to)}, in ${count(found.length)} of ${plural(spans.length, "bucket")}`;
    return [`${label}: ${says}, ${where}`];
  });
}
