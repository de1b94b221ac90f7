import { htmlText } from "./plot/html.ts";
import type { PictureOptions } from "./plot/layout.ts";
import type { Plot } from "./plot/plot.ts";
import { svgText } from "./plot/svg.ts";
import { type PlotTextOptions, textLines } from "./plot/text.ts";

export type { PictureOptions } from "./plot/layout.ts";
export type { Curve, CurveSpan, Mark, Plot } from "./plot/plot.ts";
export type { Paint, PlotTextOptions } from "./plot/text.ts";

/**
 * A plot as braille, for a terminal. Curves differ by their dots, or by colours if `paint` gives
 * some. A spike of a single step is always drawn.
 *
 * @example
 * ```ts
 * const spans = await run.series((x) => x, { points: 160 });
 * const curves = [{ label: "main", title: "x", style: 0, spans }];
 * plotText({ title: "a walk", xLabel: "step", curves, marks: [] }).split("\n")[0]; // "a walk"
 * ```
 */
export function plotText(plot: Plot, options: PlotTextOptions = {}): string {
  return textLines(plot, options).join("\n");
}

/**
 * A plot as an SVG picture, with title, units, legend and marks. Every bucket is drawn from its least
 * to its greatest value. It loads nothing, and all texts are escaped.
 *
 * @example
 * ```ts
 * const curves = [{ label: "main", unit: "m", style: 0, spans: await run.series((x) => x) }];
 * const plot = { title: "a walk", xLabel: "step", curves, marks: [{ step: 500, label: "half" }] };
 * plotSvg(plot, { width: 800 }).slice(0, 4); // "<svg"
 * ```
 */
export function plotSvg(plot: Plot, options: PictureOptions = {}): string {
  return svgText(plot, options);
}

/**
 * A plot as one HTML page: the SVG, and the values at the step under the pointer. It loads nothing,
 * and its policy lets no script run but its own.
 *
 * @example
 * ```ts
 * const curves = [{ label: "main", style: 0, spans: await run.series((x) => x) }];
 * plotHtml({ title: "a walk", xLabel: "step", curves, marks: [] }).slice(0, 15); // "<!doctype html>"
 * ```
 */
export function plotHtml(plot: Plot, options: PictureOptions = {}): string {
  return htmlText(plot, options);
}
