import { strokeOf } from "./colours.ts";
import {
  type Layout,
  layoutOf,
  type PictureOptions,
  type PlacedPanel,
  placeOf,
  SAMPLE,
  TEXT_SIZE,
  TITLE_SIZE,
} from "./layout.ts";
import { element, escaped, px } from "./markup.ts";
import type { Curve, Plot } from "./plot.ts";
import { SVG_START } from "./starts.ts";
import { type Stroke, strokesOf } from "./strokes.ts";

const FONTS =
  "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans', 'DejaVu Sans', sans-serif";

const INK = "#1f2328";
const QUIET = "#57606a";
const GRID = "#e6e8eb";
const AXIS = "#8c959f";

/** A plot as an SVG picture that needs nothing else: no script, no style sheet, no font file. */
export function svgText(plot: Plot, options: PictureOptions = {}): string {
  return svgOf(plot, layoutOf(plot, options));
}

/** The same, with a layout that was made before. */
export function svgOf(plot: Plot, layout: Layout): string {
  const { width, height, title, legend, marks, panels, notes } = layout;
  const parts = [
    element("title", {}, escaped(plot.title === "" ? "plot" : plot.title)),
    element("rect", { width, height: px(height), fill: "#ffffff" }),
    ...(title === undefined
      ? []
      : [text(title.text, title.x, title.y, { "font-size": TITLE_SIZE, "font-weight": 600 })]),
    ...legend.map(({ curve, text: name, x, y }) =>
      element(
        "g",
        { class: "name" },
        sample(curve, x, y - TEXT_SIZE / 3) + text(name, x + SAMPLE + 8, y),
      ),
    ),
    ...panels.map((panel, i) => panelOf(panel, layout, i)),
    ...marks.map(({ text: label, x, y, anchor }) =>
      text(label, x, y, { fill: QUIET, "text-anchor": anchor === "end" ? "end" : undefined }),
    ),
    stepAxis(plot.xLabel, layout),
    ...notes.map((note) => text(note.text, note.x, note.y, { fill: QUIET })),
  ];
  const root = `${SVG_START} xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" role="img" font-family="${escaped(FONTS)}" font-size="${TEXT_SIZE}" fill="${INK}">`;
  return `${root}\n${parts.join("\n")}\n</svg>\n`;
}

function text(
  content: string,
  x: number,
  y: number,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
): string {
  return element("text", { x: px(x), y: px(y), ...attributes }, escaped(content));
}

function sample({ style }: Curve, x: number, y: number): string {
  const { colour, dash } = strokeOf(style);
  return element("path", {
    d: `M${px(x)} ${px(y)}h${SAMPLE}`,
    ...{ stroke: colour, "stroke-width": 2, "stroke-dasharray": dash, fill: "none" },
  });
}

/** The grid, the labels of the values, the marks and the curves of a panel. */
function panelOf(panel: PlacedPanel, layout: Layout, index: number): string {
  const { title, scale, top, bottom, curves } = panel;
  const { left, right, marks, xTicks } = layout;
  const yOf = (value: number): number => bottom - (scale?.at(value) ?? 0) * (bottom - top);
  const ticks = scale?.ticks ?? [];
  const grid = [
    ...ticks.map(({ value }) => `M${px(left)} ${px(yOf(value))}H${px(right)}`),
    ...xTicks.map(({ value }) => `M${px(placeOf(value, layout))} ${px(top)}V${px(bottom)}`),
  ];
  const parts = [
    ...(title === "" ? [] : [text(title, left, top - 8, { "font-weight": 600, fill: QUIET })]),
    element("path", { class: "grid", d: grid.join(""), stroke: GRID, fill: "none" }),
    ...ticks.map(({ value, label }) =>
      text(label, left - 8, yOf(value) + TEXT_SIZE / 3, { "text-anchor": "end", fill: QUIET }),
    ),
    ...(scale === undefined
      ? [text("no value to draw", left + 8, (top + bottom) / 2, { fill: QUIET })]
      : []),
    ...marks.map(({ step }) => {
      const x = px(placeOf(step, layout));
      return element("path", {
        ...{ class: "mark", "data-step": step, d: `M${x} ${px(top)}V${px(bottom)}` },
        ...{ stroke: AXIS, "stroke-dasharray": "2 3", fill: "none" },
      });
    }),
    ...(scale === undefined ? [] : curves.map((curve) => curveOf(curve, yOf, layout))),
    element("path", {
      class: "axis",
      d: `M${px(left)} ${px(top)}V${px(bottom)}H${px(right)}`,
      ...{ stroke: AXIS, fill: "none" },
    }),
  ];
  return element("g", { class: "panel", "data-panel": index }, `\n${parts.join("\n")}\n`);
}

/** Spans that are higher than this are drawn without dashes: a gap could hide a spike. */
const HIGH = 4;

/** A curve: through the first value, both extremes and the last value of each span. */
function curveOf(curve: Curve, yOf: (value: number) => number, layout: Layout): string {
  const { colour, dash } = strokeOf(curve.style);
  const strokes = strokesOf(curve.spans);
  const shown = {
    ...{ stroke: colour, "stroke-width": 1.5, fill: "none" },
    ...{ "stroke-linejoin": "round", "stroke-linecap": "round" },
  };
  const xOf = ({ step }: Stroke): number => px(placeOf(step, layout));
  const line = strokes.map((stroke, i) => {
    const { enter, min, max, leave, joined } = stroke;
    const x = xOf(stroke);
    const ys = [enter, ...(enter <= leave ? [min, max] : [max, min]), leave].map((y) => px(yOf(y)));
    const points = ys.filter((y, at) => at === 0 || y !== ys[at - 1]);
    // A point without a neighbour is a short line, which the round ends make a dot.
    const isAlone = points.length === 1 && !joined && strokes[i + 1]?.joined !== true;
    return `${joined ? "L" : "M"}${points.map((y) => `${x} ${y}`).join("L")}${isAlone ? "h0.01" : ""}`;
  });
  const high = strokes.flatMap((stroke) => {
    const [top, bottom] = [yOf(stroke.max), yOf(stroke.min)].map(px) as [number, number];
    return bottom - top > HIGH && dash !== undefined ? [`M${xOf(stroke)} ${top}V${bottom}`] : [];
  });
  return element(
    "g",
    { class: "curve", "data-label": curve.label },
    element("title", {}, escaped(curve.label)) +
      element("path", { class: "line", d: line.join(""), ...shown, "stroke-dasharray": dash }) +
      (high.length === 0 ? "" : element("path", { class: "high", d: high.join(""), ...shown })),
  );
}

function stepAxis(xLabel: string, layout: Layout): string {
  const { xTicks, xLabels, xTitle, left, right, width } = layout;
  const labels = xTicks.map(({ value, label }) => {
    const x = placeOf(value, layout);
    const isLast = x + label.length * TEXT_SIZE * 0.32 > width - 4;
    return text(label, isLast ? right : x, xLabels, {
      ...{ "text-anchor": isLast ? "end" : "middle", fill: QUIET },
    });
  });
  const name = text(xLabel, (left + right) / 2, xTitle, { "text-anchor": "middle", fill: QUIET });
  return element("g", { class: "steps" }, labels.join("") + name);
}
