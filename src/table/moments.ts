import type { Column } from "./table.ts";

/** What a table of blocks says about the numbers of one block. NaN counts only in `nan`. */
export interface BlockStatistics {
  readonly count: number;
  readonly nan: number;
  readonly mean: number;
  /** The population variance. */
  readonly variance: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
}

/** In the order of their columns. */
export const STATISTICS: readonly (keyof BlockStatistics)[] = [
  ...(["count", "nan", "mean", "variance", "min", "max", "first", "last"] as const),
];

/** The columns of the statistics of a quantity. */
export function statisticsColumns(name: string, unit: string | undefined): Column[] {
  return STATISTICS.map((statistic) => ({
    name: `${name}_${statistic}`,
    type: statistic === "count" || statistic === "nan" ? "integer" : "number",
    unit: unitOf(statistic, unit),
  }));
}

function unitOf(statistic: keyof BlockStatistics, unit: string | undefined): string | undefined {
  if (unit === undefined || statistic === "count" || statistic === "nan") return undefined;
  return statistic === "variance" ? `(${unit})²` : unit;
}

/** Running statistics of one number (Welford 1962). */
export class Moments {
  #count = 0;
  #nan = 0;
  #mean = 0;
  #squares = 0;
  #min: number = Number.POSITIVE_INFINITY;
  #max: number = Number.NEGATIVE_INFINITY;
  #first: number = Number.NaN;
  #last: number = Number.NaN;

  add(x: number): void {
    if (this.#count + this.#nan === 0) this.#first = x;
    this.#last = x;
    // biome-ignore lint/suspicious/noSelfCompare: only NaN differs from itself, and a call would slow down the pass.
    if (x !== x) {
      this.#nan++;
      return;
    }
    this.#count++;
    const delta = x - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (x - this.#mean);
    if (x < this.#min) this.#min = x;
    if (x > this.#max) this.#max = x;
  }

  /** The statistics since the last call. Those of no number are NaN. */
  take(): BlockStatistics {
    const isEmpty = this.#count === 0;
    const taken = {
      count: this.#count,
      nan: this.#nan,
      mean: isEmpty ? Number.NaN : this.#mean,
      variance: isEmpty ? Number.NaN : this.#squares / this.#count,
      min: isEmpty ? Number.NaN : this.#min,
      max: isEmpty ? Number.NaN : this.#max,
      first: this.#first,
      last: this.#last,
    };
    this.#count = 0;
    this.#nan = 0;
    this.#mean = 0;
    this.#squares = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
    return taken;
  }
}
