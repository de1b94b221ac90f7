import type { CurveSpan } from "./plot.ts";

/** A span as a pen draws it: enters at one value, covers the extremes, and leaves at another. */
export interface Stroke {
  /** The middle of its steps. */
  readonly step: number;
  readonly enter: number;
  readonly min: number;
  readonly max: number;
  readonly leave: number;
  /** Whether a line leads to it from the stroke before. */
  readonly joined: boolean;
}

/** The strokes of a curve. NaN, and steps that are missing, leave a gap. */
export function strokesOf(spans: readonly CurveSpan[]): readonly Stroke[] {
  const strokes: Stroke[] = [];
  let before: CurveSpan | undefined;
  for (const span of spans) {
    const { from, to, min, max, first, last } = span;
    const isGap = before === undefined || from > before.to + 1;
    const joined = !isGap && !Number.isNaN(before?.last) && !Number.isNaN(first);
    if (!Number.isNaN(min)) {
      strokes.push({
        step: (from + to) / 2,
        enter: Number.isNaN(first) ? min : first,
        ...{ min, max },
        leave: Number.isNaN(last) ? max : last,
        joined,
      });
    }
    before = span;
  }
  return strokes;
}
