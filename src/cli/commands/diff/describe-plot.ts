import { count, plural } from "../../../base/count.ts";
import { toJson } from "../../../codec/json/write.ts";
import type { Samples } from "../../../replay/compare/samples.ts";
import type { Output } from "../../terminal/output.ts";
import { drawPlot, type PlotPart, SIGNS } from "../../terminal/plot.ts";
import { visible, visibleLine } from "../../terminal/text.ts";

const COLOURS = { a: "cyan", b: "yellow", both: "reset", mark: "gray" } as const;

/** A plot of one number of both runs, with a legend. */
export function plotText(
  samples: Samples,
  mark: number | undefined,
  names: readonly [a: string, b: string],
  out: Output,
): string[] {
  const { path, steps, a, b } = samples;
  const [from, to] = [steps[0] as number, steps.at(-1) as number];
  const all = steps.length === to - from + 1;
  const which = all ? "every step" : plural(steps.length, "step");
  const paint = (part: PlotPart, text: string): string => out.style(COLOURS[part], text);
  const data = { steps, a: a.map(finite), b: b.map(finite), mark };
  const drawn = drawPlot(data, out.columns, paint);
  const shown = mark !== undefined && mark >= from && mark <= to;
  const legend = [
    paint("a", `${SIGNS.a} ${visibleLine(names[0])}`),
    paint("b", `${SIGNS.b} ${visibleLine(names[1])}`),
    `${SIGNS.both} both`,
    ...(shown ? [paint("mark", `${SIGNS.mark} fork, step ${count(mark)}`)] : []),
  ];
  return [
    `${visible(path)} at ${which} from ${count(from)} to ${count(to)}`,
    ...(drawn === undefined ? ["no finite value"] : [...drawn, legend.join("   ")]),
    ...gapText(steps, a, names[0]),
    ...gapText(steps, b, names[1]),
  ];
}

/** The values as JSON; null if a state has no number there. */
export function plotJson({ path, steps, a, b }: Samples): object {
  const values = (series: Samples["a"]): unknown[] =>
    series.map((value) => (value === undefined ? null : toJson(value)));
  return { path, steps, a: values(a), b: values(b) };
}

/** Says where a series has gaps, and why: NaN, Infinity, or no number. */
function gapText(steps: readonly number[], series: Samples["a"], name: string): string[] {
  const gaps = series.flatMap((value, i) =>
    finite(value) === undefined ? [{ step: steps[i] as number, value }] : [],
  );
  const [first] = gaps;
  if (first === undefined) return [];
  const kinds = [...new Set(gaps.map(({ value }) => String(value ?? "no number")))].join(", ");
  const where = gaps.length === 1 ? "" : `, first`;
  return [
    `${visibleLine(name)}: ${kinds} at ${count(gaps.length)} of these steps${where} at step ${count(first.step)}`,
  ];
}

function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
