import type { Curve, CurveSpan, Plot } from "../../src/plot/plot.ts";
import { bucketsOf } from "../../src/replay/look/buckets.ts";

/** The spans of values at the steps 0, 1, 2 and so on, in buckets, by brute force. */
export function spansOf(values: readonly number[], points: number): CurveSpan[] {
  return bucketsOf({ from: 0, to: values.length - 1 }, points).map(({ from, to }) => {
    const own = values.slice(from, to + 1);
    let [min, max] = [Number.NaN, Number.NaN];
    for (const value of own) {
      // NaN is neither less nor greater, so it never replaces a number.
      if (Number.isNaN(min) || value < min) min = value;
      if (Number.isNaN(max) || value > max) max = value;
    }
    return { from, to, min, max, first: own[0] as number, last: own.at(-1) as number };
  });
}

/** A curve with a span for each value. */
export function curve(values: readonly number[], given: Partial<Curve> = {}, points = 800): Curve {
  return { label: "main", style: 0, spans: spansOf(values, points), ...given };
}

export function plotOf(curves: readonly Curve[], given: Partial<Plot> = {}): Plot {
  return { title: "a plot", xLabel: "step", curves, marks: [], ...given };
}

/** A million values near 0, one of which is a spike. */
export function spiked(at = 421_337, height = 1): number[] {
  const values = Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i) * 0.01);
  values[at] = height;
  return values;
}
