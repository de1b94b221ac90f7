import { count } from "../base/count.ts";
import { BrailleCanvas } from "./braille-canvas.ts";
import { type Extent, extentsOf } from "./extents.ts";
import { type Panel, panelsOf } from "./panels.ts";
import { type Curve, type Mark, marksOf, named, type Plot, stepsOf } from "./plot.ts";
import type { Scale } from "./scale.ts";
import { stepTicks } from "./ticks.ts";

/** What is drawn, which decides its colour. */
export type Paint = (part: Curve["style"] | "mark" | "title", text: string) => string;

/** How a plot is drawn in a terminal. */
export interface PlotTextOptions {
  /** The width, at least 20; 80 unless given. */
  readonly columns?: number | undefined;
  /** The height, without notes; a panel has at least 3 rows. */
  readonly rows?: number | undefined;
  /** Whether the axis of values is logarithmic. */
  readonly log?: boolean | undefined;
  /** Colours a text. Without it, curves differ by their dots. */
  readonly paint?: Paint | undefined;
  /** The number of columns that a text takes; its letters unless given. */
  readonly width?: ((text: string) => number) | undefined;
}

/** The least width of a plot, on any terminal. */
const LEAST_COLUMNS = 20;
const LEAST_ROWS = 3;

/**
 * A plot as lines of braille, without line feeds: title, panels, legend, marks and notes. A spike of
 * a single step is always drawn.
 */
export function textLines(plot: Plot, options: PlotTextOptions = {}): readonly string[] {
  const { columns = 80, rows = 20, log = false, paint } = options;
  const { width = (text) => text.length } = options;
  const units = new Set(plot.curves.map(({ unit }) => unit)).size;
  const height = Math.max(
    LEAST_ROWS,
    Math.floor((rows - 5) / Math.max(1, units)) - (units > 1 ? 1 : 0),
  );
  const panels = panelsOf(plot.curves, { log, ticks: Math.max(2, Math.ceil(height / 3)) });
  const labels = panels.flatMap(({ scale }) => scale?.ticks.map(({ label }) => label) ?? []);
  const left = Math.max(4, ...labels.map((label) => label.length));
  const place: Place = {
    ...{ left, height, marks: marksOf(plot), steps: stepsOf(plot) },
    columns: Math.max(LEAST_COLUMNS, columns) - left - 2,
    paint: paint ?? ((_part, text) => text),
    plain: paint === undefined,
    width,
  };
  return [
    ...(plot.title === "" ? [] : [place.paint("title", plot.title)]),
    ...panels.flatMap((panel) => [
      ...(panel.title === "" || panel.title === plot.title
        ? []
        : [`${" ".repeat(left + 2)}${panel.title}`]),
      ...panelLines(panel, place),
    ]),
    ...axisLines(plot.xLabel, place),
    ...legendLines(plot.curves, place),
    ...place.marks.map(
      ({ step, label }) => `${place.paint("mark", "┊")} step ${count(step)}: ${label}`,
    ),
    ...panels.flatMap(({ notes }) => notes),
  ];
}

/** Where the parts of a plot are, and how they are drawn. */
interface Place {
  readonly left: number;
  readonly columns: number;
  readonly height: number;
  readonly marks: readonly Mark[];
  readonly steps: { readonly from: number; readonly to: number };
  readonly paint: Paint;
  /** Whether curves differ by their dots, because nothing has a colour. */
  readonly plain: boolean;
  readonly width: (text: string) => number;
}

function panelLines({ curves, scale }: Panel, place: Place): string[] {
  const { left, columns, height, paint } = place;
  if (scale === undefined) return [`${" ".repeat(left + 2)}no value to draw`];
  const canvas = new BrailleCanvas(columns, height);
  for (const [i, curve] of curves.entries()) draw(canvas, curve, i, scale, place);
  const labels = valueLabels(scale, height);
  const marked = new Set(place.marks.map(({ step }) => columnOf(step, place)));
  return Array.from({ length: height }, (_, row) => {
    const cells = canvas.row(row).map((cell, column) => {
      if (cell !== undefined) return paint((curves[cell.owner] as Curve).style, cell.sign);
      return marked.has(column) ? paint("mark", "┊") : " ";
    });
    const label = labels[row] ?? "";
    return `${label.padStart(left)} ${label === "" ? "│" : "┤"}${cells.join("")}`.trimEnd();
  });
}

function draw(
  canvas: BrailleCanvas,
  curve: Curve,
  owner: number,
  scale: Scale,
  place: Place,
): void {
  const { columns, height, steps, plain } = place;
  const extents = extentsOf(curve, {
    ...{ columns: columns * 2, rows: height * 4, steps, scale },
  });
  const pattern = plain ? patternOf(curve.style) : SOLID;
  for (const [column, extent] of extents.entries()) {
    if (extent === undefined) continue;
    const isFlat = extent.bottom - extent.top <= 1 && !isAlone(extents, column);
    // A pattern may leave out a part of a line, but never a spike.
    if (isFlat && pattern[column % pattern.length] === 0) continue;
    canvas.vertical(column, extent.top, extent.bottom, owner);
  }
}

function isAlone(extents: readonly (Extent | undefined)[], column: number): boolean {
  return extents[column - 1] === undefined && extents[column + 1] === undefined;
}

const SOLID: readonly number[] = [1];

/** Which dots of a line are drawn, by the style of the curve, when there are no colours. */
const PATTERNS: readonly (readonly number[])[] = [
  SOLID,
  [1, 1, 1, 1, 0, 0],
  [1, 0],
  [1, 1, 1, 1, 1, 0, 1, 0],
  [1, 1, 0, 0],
  [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0],
];

function patternOf(style: Curve["style"]): readonly number[] {
  return style === "shared"
    ? [1, 0, 0, 0]
    : (PATTERNS[style % PATTERNS.length] as readonly number[]);
}

/** The labels of the rows at which there are ticks; "" for the others. */
function valueLabels({ ticks, at }: Scale, height: number): readonly string[] {
  const labels = new Array<string>(height).fill("");
  for (const { value, label } of ticks) {
    const row = Math.round((1 - at(value)) * (height * 4 - 1)) >> 2;
    labels[row] ||= label;
  }
  return labels;
}

function columnOf(step: number, { steps: { from, to }, columns }: Place): number {
  return to === from ? 0 : Math.round(((step - from) / (to - from)) * (columns * 2 - 1)) >> 1;
}

/** The line below the panels, and the steps of its ticks. */
function axisLines(xLabel: string, place: Place): string[] {
  const { left, columns, marks, paint, steps } = place;
  const line = new Array<string>(columns).fill("─");
  const labels = new Array<string>(columns + left + 2).fill(" ");
  let free = left + 1;
  for (const { value, label } of stepTicks(steps.from, steps.to, Math.max(2, columns / 14))) {
    const column = columnOf(value, place);
    line[column] = "┬";
    const start = Math.min(
      columns + left + 2 - label.length,
      left + 2 + column - (label.length >> 1),
    );
    if (start < free) continue;
    labels.splice(start, label.length, ...label);
    free = start + label.length + 1;
  }
  for (const { step } of marks) line[columnOf(step, place)] = paint("mark", "┴");
  const name = xLabel.slice(0, left);
  labels.splice(left - name.length, name.length, ...name);
  return [`${" ".repeat(left + 1)}└${line.join("")}`, labels.join("").trimEnd()];
}

/** How each curve is drawn, with its name: as many on a line as fit. */
function legendLines(
  curves: readonly Curve[],
  { columns, left, paint, plain, width }: Place,
): string[] {
  const lines: { text: string; width: number }[] = [];
  for (const { style, label } of named(curves)) {
    const sample = paint(style, sampleOf(plain ? patternOf(style) : SOLID));
    const wide = SAMPLE + 1 + width(label);
    const last = lines.at(-1);
    if (last !== undefined && last.width + 3 + wide <= columns + left + 2) {
      last.text += `   ${sample} ${label}`;
      last.width += 3 + wide;
    } else lines.push({ text: `${sample} ${label}`, width: wide });
  }
  return lines.map(({ text }) => text);
}

/** The columns of a line in the legend. */
const SAMPLE = 4;

function sampleOf(pattern: readonly number[]): string {
  const canvas = new BrailleCanvas(SAMPLE, 1);
  for (let column = 0; column < SAMPLE * 2; column++) {
    if (pattern[column % pattern.length] === 1) canvas.vertical(column, 1, 1, 0);
  }
  return canvas
    .row(0)
    .map((cell) => cell?.sign ?? " ")
    .join("");
}
