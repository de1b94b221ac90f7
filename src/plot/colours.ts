import type { Curve } from "./plot.ts";

/**
 * Colours that the colour-blind can tell apart, without the yellow, which is too light for lines.
 * Okabe & Ito, Color Universal Design (2008), https://jfly.uni-koeln.de/color/.
 */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/** Dashes, for print without colours. As many as are prime to the colours: 35 pairs differ. */
const DASHES = [undefined, "7 3", "2 3", "9 3 2 3", "12 3 5 3"];

const SHARED = "#6e6e6e";

/** The colour and the dash of a curve. */
export function strokeOf(style: Curve["style"]): {
  readonly colour: string;
  readonly dash: string | undefined;
} {
  if (style === "shared") return { colour: SHARED, dash: undefined };
  const colour = COLOURS[style % COLOURS.length] as string;
  return { colour, dash: DASHES[style % DASHES.length] };
}
