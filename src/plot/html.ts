import { strokeOf } from "./colours.ts";
import { HOVER_SCRIPT, HOVER_SCRIPT_SHA256, PAGE_STYLE, PAGE_STYLE_SHA256 } from "./hover.ts";
import { type Layout, layoutOf, type PictureOptions } from "./layout.ts";
import { escaped, px } from "./markup.ts";
import type { Plot } from "./plot.ts";
import { HTML_START } from "./starts.ts";
import { svgOf } from "./svg.ts";
import { numberLabel } from "./ticks.ts";

/**
 * A plot as one page that needs nothing else: the SVG, and the values under the pointer. Its policy
 * lets only its own script run, and lets it load nothing.
 */
export function htmlText(plot: Plot, options: PictureOptions = {}): string {
  const layout = layoutOf(plot, options);
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${HOVER_SCRIPT_SHA256}'`,
    `style-src 'sha256-${PAGE_STYLE_SHA256}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `${HTML_START}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width">
<title>${escaped(plot.title === "" ? "plot" : plot.title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${svgOf(plot, layout)}<output id="values">Point at the plot, or use the arrow keys, to read values.</output>
</main>
<script type="application/json" id="data">${dataOf(plot, layout)}</script>
<script>${HOVER_SCRIPT}</script>
</body>
</html>
`;
}

/** What the script reads, as JSON that cannot end its element. */
function dataOf(plot: Plot, layout: Layout): string {
  const { left, right, from, to, panels } = layout;
  const curves = panels.flatMap((panel) =>
    panel.curves.map(({ label, title, unit, style, spans }) => ({
      label:
        title === undefined || title === plot.title || title === label
          ? label
          : `${label}, ${title}`,
      unit: unit ?? "",
      colour: strokeOf(style).colour,
      spans: spans.map(({ from, to, min, max }) => [from, to, numberLabel(min), numberLabel(max)]),
    })),
  );
  const [top, bottom] = [px(panels[0]?.top ?? 0), px(panels.at(-1)?.bottom ?? 0)];
  return JSON.stringify({ left, right, top, bottom, from, to, step: plot.xLabel, curves }).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
