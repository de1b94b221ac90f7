import { count } from "../../base/count.ts";
/** Values of two runs at the same steps, to be drawn. */
export interface PlotData {
  /** In rising order. */
  readonly steps: readonly number[];
  /** The value at each step; undefined if it cannot be drawn. */
  readonly a: readonly (number | undefined)[];
  readonly b: readonly (number | undefined)[];
  /** A step to mark: where the runs part. */
  readonly mark: number | undefined;
}

/** The meaning of a sign, which decides its colour. */
export type PlotPart = "a" | "b" | "both" | "mark";

/** The sign of each series; `both` where the two coincide. */
export const SIGNS: Readonly<Record<PlotPart, string>> = { a: "+", b: "x", both: "*", mark: "┊" };

const ROWS = 12;

/** The least width of a plot, on any terminal. */
const LEAST_COLUMNS = 10;

/** The width of most labels beside a plot, with the axis. */
const LABEL_WIDTH = 14;

/** The number of steps that a plot can tell apart on a terminal of `columns` columns. */
export function plotColumns(columns: number): number {
  return Math.max(LEAST_COLUMNS, columns - LABEL_WIDTH);
}

/**
 * Draws two series over their steps, 12 rows high and at most `columns` wide, with values on the
 * left and steps below. Undefined if there is no value to draw.
 */
export function drawPlot(
  data: PlotData,
  columns: number,
  paint: (part: PlotPart, sign: string) => string,
): string[] | undefined {
  const values = [...data.a, ...data.b].filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  const low = values.reduce((least, value) => Math.min(least, value));
  const high = values.reduce((most, value) => Math.max(most, value));
  const labels = valueLabels(low, high);
  const width = Math.max(...labels.map((label) => label.length));
  const left = Math.max(LEAST_COLUMNS, columns - width - 2);
  const cells = place(data, left, (value) => rowOf(value, low, high));
  const rows = cells.map((row, i) => {
    const signs = row.map((part) => (part === undefined ? " " : paint(part, SIGNS[part])));
    return `${(labels[i] ?? "").padStart(width)} ${labels[i] === "" ? "│" : "┤"}${signs.join("")}`;
  });
  return [...rows.map((row) => row.trimEnd()), ...stepAxis(data, width, left)];
}

/** The part in each cell, row by row from the top. */
function place(
  { steps, a, b, mark }: PlotData,
  columns: number,
  rowOf: (value: number) => number,
): (PlotPart | undefined)[][] {
  const cells: (PlotPart | undefined)[][] = Array.from({ length: ROWS }, () =>
    new Array(columns).fill(undefined),
  );
  const put = (value: number | undefined, step: number, part: "a" | "b"): void => {
    if (value === undefined) return;
    const row = cells[rowOf(value)] as (PlotPart | undefined)[];
    const column = columnOf(step, steps, columns);
    const there = row[column];
    row[column] = there === undefined || there === part ? part : "both";
  };
  steps.forEach((step, i) => {
    put(a[i], step, "a");
    put(b[i], step, "b");
  });
  const column = mark === undefined ? undefined : markColumn(mark, steps, columns);
  if (column !== undefined) for (const row of cells) row[column] ??= "mark";
  return cells;
}

function columnOf(step: number, steps: readonly number[], columns: number): number {
  const [from, to] = [steps[0] as number, steps.at(-1) as number];
  return to === from ? 0 : Math.round(((step - from) / (to - from)) * (columns - 1));
}

function markColumn(mark: number, steps: readonly number[], columns: number): number | undefined {
  const [from, to] = [steps[0] as number, steps.at(-1) as number];
  return mark < from || mark > to ? undefined : columnOf(mark, steps, columns);
}

function rowOf(value: number, low: number, high: number): number {
  if (low === high) return Math.floor(ROWS / 2);
  // Halved, because the difference of two numbers may exceed the largest number.
  const part = (high / 2 - value / 2) / (high / 2 - low / 2);
  return Math.round(part * (ROWS - 1));
}

/** The labels of the first, the last and a middle row; "" for the others. */
function valueLabels(low: number, high: number): string[] {
  const labels = new Array<string>(ROWS).fill("");
  const middle = Math.floor(ROWS / 2);
  if (low === high) {
    labels[middle] = numberLabel(low, 6);
    return labels;
  }
  // Enough digits to tell the two ends apart.
  let digits = 5;
  while (digits < 17 && numberLabel(low, digits) === numberLabel(high, digits)) digits++;
  const part = middle / (ROWS - 1);
  labels[0] = numberLabel(high, digits);
  labels[middle] = numberLabel(rounded(high * (1 - part) + low * part, high - low), digits);
  labels[ROWS - 1] = numberLabel(low, digits);
  return labels;
}

/** A value with the decimals that matter over a range. */
function rounded(value: number, range: number): number {
  const decimals = 2 - Math.floor(Math.log10(range));
  return decimals > 15 || decimals < 0 ? value : Number(value.toFixed(decimals));
}

/** A number short enough for an axis. */
function numberLabel(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) {
    return value.toExponential(Math.min(digits, 8) - 2).replace(/\.?0+e/, "e");
  }
  const rounded = Number(value.toPrecision(digits)) + 0;
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 15 });
}

/** The line below, and the first and the last step. */
function stepAxis({ steps, mark }: PlotData, width: number, columns: number): string[] {
  const [from, to] = [steps[0] as number, steps.at(-1) as number];
  const column = mark === undefined ? undefined : markColumn(mark, steps, columns);
  const line = Array.from({ length: columns }, (_, i) => (i === column ? "┴" : "─")).join("");
  const [left, right] = [from, to].map(count) as [string, string];
  const between = " ".repeat(Math.max(1, columns - left.length - right.length));
  const indent = " ".repeat(width + 1);
  return [`${indent}└${line}`, `${indent} ${from === to ? left : left + between + right}`];
}
