import { count } from "../base/count.ts";
import { fitted, textWidth } from "./letters.ts";
import { type Panel, panelsOf } from "./panels.ts";
import { type Curve, type Mark, marksOf, named, type Plot, stepsOf } from "./plot.ts";
import { stepTicks, type Tick } from "./ticks.ts";

/** How a plot is drawn as a picture. */
export interface PictureOptions {
  /** The width in pixels, at least 240; 800 unless given. */
  readonly width?: number | undefined;
  /** The height in pixels, at least 160; unless given as much as the panels need. */
  readonly height?: number | undefined;
  /** Whether the axes of values are logarithmic. */
  readonly log?: boolean | undefined;
}

/** Where everything of a picture is, in pixels from its upper left corner. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The left and the right edge of the panels. */
  readonly left: number;
  readonly right: number;
  readonly title: Placed | undefined;
  readonly legend: readonly (Placed & { readonly curve: Curve })[];
  readonly marks: readonly (Placed & { readonly step: number; readonly anchor: "start" | "end" })[];
  readonly panels: readonly PlacedPanel[];
  readonly xTicks: readonly Tick[];
  /** The base lines of the labels of the steps, and of the name of the axis. */
  readonly xLabels: number;
  readonly xTitle: number;
  readonly notes: readonly Placed[];
  /** The first and the last step. */
  readonly from: number;
  readonly to: number;
}

/** A line of text, and where its base line begins. */
export interface Placed {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** A panel between two heights. */
export interface PlacedPanel extends Panel {
  readonly top: number;
  readonly bottom: number;
}

export const TITLE_SIZE = 16;
export const TEXT_SIZE = 12;
const LINE = 18;
const PADDING = 16;
/** The line before the name of a curve in the legend. */
export const SAMPLE = 26;

export const LEAST_WIDTH = 240;
export const LEAST_HEIGHT = 160;

/** Finds a place for everything, so that no two texts overlap. */
export function layoutOf(plot: Plot, options: PictureOptions): Layout {
  const width = Math.max(LEAST_WIDTH, options.width ?? 800);
  const units = Math.max(1, new Set(plot.curves.map(({ unit }) => unit)).size);
  const given = options.height;
  const drawn = panelsOf(plot.curves, { log: options.log === true, ticks: units > 2 ? 4 : 5 });
  const labels = drawn.flatMap(({ scale }) => scale?.ticks.map(({ label }) => label) ?? []);
  const left = PADDING + Math.max(28, ...labels.map((label) => textWidth(label, TEXT_SIZE))) + 8;
  const right = width - PADDING - 8;
  const inner = { left: PADDING, right: width - PADDING };
  let y = PADDING;
  const title =
    plot.title === ""
      ? undefined
      : {
          text: fitted(plot.title, TITLE_SIZE, inner.right - inner.left),
          x: inner.left,
          y: y + TITLE_SIZE,
        };
  if (title !== undefined) y += TITLE_SIZE + 10;
  const legend = flow(plot.curves, inner, y);
  y = (legend.at(-1)?.y ?? y) + 10;
  const { from, to } = stepsOf(plot);
  const xOf = (step: number): number => placeOf(step, { from, to, left, right });
  const marks = rowsOfMarks(marksOf(plot), { xOf, left, right, y });
  if (marks.length > 0) y = Math.max(...marks.map((mark) => mark.y)) + 6;
  const notes = drawn.flatMap((panel) => panel.notes);
  const below = 2 * LINE + 10 + notes.length * LINE + PADDING / 2;
  const titled = drawn.map((panel) => panel.title !== "" && panel.title !== plot.title);
  const above = titled.map((has, i) => (has ? LINE + 6 : 12) + (i > 0 ? 12 : 0));
  const heads = above.reduce((sum, head) => sum + head, 0);
  const room =
    given === undefined ? 0 : (Math.max(LEAST_HEIGHT, given) - y - below - heads) / units;
  const panelHeight = Math.max(40, given === undefined ? (units > 1 ? 180 : 300) : room);
  const panels = drawn.map((panel, i) => {
    const top = y + (above[i] as number);
    y = top + panelHeight;
    return { ...panel, title: titled[i] === true ? panel.title : "", top, bottom: y };
  });
  const [xLabels, xTitle] = [y + LINE, y + 2 * LINE];
  return {
    ...{ width, left, right, title, legend, marks, panels, xLabels, xTitle, from, to },
    height: Math.max(y + below, given ?? 0),
    xTicks: stepTicks(from, to, Math.max(2, (right - left) / 110)),
    notes: notes.map((text, i) => ({
      text: fitted(text, TEXT_SIZE, inner.right - inner.left),
      x: inner.left,
      y: xTitle + 8 + (i + 1) * LINE,
    })),
  };
}

/** Where a step is, from the left. */
export function placeOf(
  step: number,
  { from, to, left, right }: Pick<Layout, "from" | "to" | "left" | "right">,
): number {
  return to === from ? (left + right) / 2 : left + ((step - from) / (to - from)) * (right - left);
}

/** The most lines of the legend; the last one then says how many names are missing. */
const MOST_LINES = 12;

/** The legend: as many names on a line as fit. */
function flow(
  curves: readonly Curve[],
  { left, right }: { readonly left: number; readonly right: number },
  top: number,
): Layout["legend"][number][] {
  let [x, y] = [left, top + TEXT_SIZE];
  const placed: Layout["legend"][number][] = [];
  for (const curve of named(curves)) {
    const text = fitted(curve.label, TEXT_SIZE, right - left - SAMPLE - 8);
    const wide = SAMPLE + 8 + textWidth(text, TEXT_SIZE);
    if (x > left && x + wide > right) {
      x = left;
      y += LINE;
      if (y > top + TEXT_SIZE + MOST_LINES * LINE) break;
    }
    placed.push({ curve, text, x, y });
    x += wide + 20;
  }
  return placed;
}

/** The labels of marks, in as many rows as they need so that none covers another. */
function rowsOfMarks(
  marks: readonly Mark[],
  {
    xOf,
    left,
    right,
    y,
  }: {
    readonly xOf: (step: number) => number;
    readonly left: number;
    readonly right: number;
    readonly y: number;
  },
): Layout["marks"] {
  const rows: { start: number; end: number }[][] = [];
  return marks.map(({ step, label }) => {
    const text = fitted(`step ${count(step)}: ${label}`, TEXT_SIZE, right - left);
    const wide = textWidth(text, TEXT_SIZE);
    const at = xOf(step);
    const anchor = at + wide <= right ? ("start" as const) : ("end" as const);
    // A long label near the middle fits on neither side: it begins at the left edge.
    const start = anchor === "start" ? at : Math.max(left, at - wide);
    const taken = { start: start - 10, end: start + wide };
    let row = rows.findIndex((others) =>
      others.every((other) => taken.start > other.end || taken.end < other.start),
    );
    if (row === -1) row = rows.push([]) - 1;
    rows[row]?.push(taken);
    return {
      step,
      text,
      anchor,
      x: anchor === "start" ? start : start + wide,
      y: y + (row + 1) * LINE,
    };
  });
}
