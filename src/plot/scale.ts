import { linearTicks, logTicks, type Tick, widened, widenedLog } from "./ticks.ts";

/** An axis of values. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /**
   * Where a value lies, from 0 at the bottom to 1 at the top. What is beyond the axis, such as an
   * infinity, or 0 on a logarithmic axis, lies at its edge.
   */
  at(value: number): number;
}

/** A linear axis for the values from `low` to `high`, with about `most` ticks. */
export function linearScale(low: number, high: number, most: number): Scale {
  const pad = low < high ? 0 : Math.abs(low) / 10 || 1;
  const [from, to] = widened(low - pad, high + pad, most);
  const length = to - from;
  return {
    ...{ low: from, high: to, ticks: linearTicks(from, to, most) },
    at: (value) =>
      // Halved, if the difference exceeds the largest number.
      edged(
        Number.isFinite(length)
          ? (value - from) / length
          : (value / 2 - from / 2) / (to / 2 - from / 2),
      ),
  };
}

/** A logarithmic axis for the values from `low` to `high`, both above 0. */
export function logScale(low: number, high: number, most: number): Scale {
  const [from, to] = widenedLog(low, high);
  const [bottom, top] = [Math.log10(from), Math.log10(to)];
  return {
    ...{ low: from, high: to, ticks: logTicks(from, to, most) },
    at: (value) => (value <= 0 ? 0 : edged((Math.log10(value) - bottom) / (top - bottom))),
  };
}

function edged(part: number): number {
  return Math.min(1, Math.max(0, part));
}
