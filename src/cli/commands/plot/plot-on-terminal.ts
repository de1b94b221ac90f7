import type { Plot } from "../../../repository.ts";
import type { Output } from "../../terminal/output.ts";
import { visibleLine } from "../../terminal/text.ts";
import { width as widthOf } from "../../terminal/width.ts";

const COLOURS = ["cyan", "yellow", "magenta", "green", "blue", "red"] as const;

/** A plot as lines for the terminal: in colours if it has them, else with different dots. */
export async function plotOnTerminal(
  plot: Plot,
  options: {
    readonly width: number | undefined;
    readonly height: number | undefined;
    readonly log: boolean;
  },
  out: Output,
): Promise<readonly string[]> {
  // Only here: no other command draws pictures.
  const { plotText } = await import("../../../plot.ts");
  const paint = (part: number | "shared" | "mark" | "title", text: string): string => {
    if (part === "title") return out.style("bold", text);
    if (typeof part === "string") return out.style("gray", text);
    return out.style(COLOURS[part % COLOURS.length] as (typeof COLOURS)[number], text);
  };
  const text = plotText(onLines(plot), {
    columns: options.width ?? out.columns,
    ...(options.height !== undefined && { rows: options.height }),
    ...{ log: options.log, width: widthOf, paint: out.colours ? paint : undefined },
  });
  return text.split("\n");
}

/** The plot with texts that cannot break a line. */
function onLines(plot: Plot): Plot {
  return {
    ...plot,
    title: visibleLine(plot.title),
    curves: plot.curves.map((curve) => ({
      ...curve,
      label: visibleLine(curve.label),
      title: curve.title && visibleLine(curve.title),
      unit: curve.unit && visibleLine(curve.unit),
    })),
    marks: plot.marks.map(({ step, label }) => ({ step, label: visibleLine(label) })),
  };
}
