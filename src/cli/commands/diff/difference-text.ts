import type { Output } from "../../terminal/output.ts";
import { count } from "../../terminal/text.ts";
import type { Compared } from "./compare.ts";
import {
  changesText,
  endText,
  historyText,
  moreText,
  sourcesText,
  spansText,
  statisticsText,
} from "./describe-difference.ts";
import { plotText } from "./describe-plot.ts";

/** The parts of a comparison that are printed in full. */
export interface Wanted {
  readonly allFields: boolean;
  readonly allSource: boolean;
}

/** A comparison as text. */
export function differenceText(compared: Compared, wanted: Wanted, out: Output): string {
  const { names, differs, result, samples } = compared;
  const { spans, statistics, forkStep } = result;
  const wording = { names, allFields: wanted.allFields };
  return [
    ...(differs ? partingText(compared, wanted, out) : sameText(compared, wanted, out)),
    ...(spans === undefined ? [] : spansText(spans)),
    ...(statistics === undefined ? [] : statisticsText(statistics, wording)),
    ...(samples === undefined ? [] : plotText(samples, forkStep, names, out)),
  ].join("\n");
}

function sameText(compared: Compared, wanted: Wanted, out: Output): string[] {
  const { at, result } = compared;
  if (at !== undefined) {
    return [at[0] === at[1] ? `identical at step ${count(at[0])}` : "the states are identical"];
  }
  // A change may have no effect.
  return result.inputs.length + result.segments.length === 0
    ? ["the runs are identical"]
    : [...originText(compared, wanted, out), "the states are identical at every step"];
}

/** Where the runs come from, and how they were made differently. */
function originText(compared: Compared, { allFields, allSource }: Wanted, out: Output): string[] {
  const { names, result, shared, sources } = compared;
  const paint = (line: string): string => {
    const colour = { "+": "green", "-": "red", "@": "cyan" }[line[0] ?? ""];
    return colour === undefined ? line : out.style(colour as "green", line);
  };
  return [
    ...historyText(result, shared?.name),
    ...sourcesText(sources, { names, allFields }, { all: allSource, paint }),
  ];
}

function partingText(compared: Compared, wanted: Wanted, out: Output): string[] {
  const { names, at, result, types, typesAtEnd } = compared;
  const { firstDifferentStep: step, changes, different, end } = result;
  const wording = { names, allFields: wanted.allFields };
  const origin = originText(compared, wanted, out);
  const table =
    changes.length === 0
      ? []
      : [changesText(changes, wording, types), ...moreText(different, changes.length)];
  if (at !== undefined) {
    const [a, b] = at;
    // Two steps of one run have no fork.
    return a === b
      ? [...origin, `different at step ${count(a)}`, ...table]
      : [...(result.inputs.length === 0 ? [] : origin), "the states differ", ...table];
  }
  if (step === undefined) return [...origin, "the shorter run is the beginning of the longer one"];
  const isLast = end !== undefined && end.a === step;
  return [
    ...origin,
    `first different step: ${count(step)}${isLast ? ", the last that both have" : ""}`,
    ...table,
    ...(end === undefined || isLast ? [] : endText(end, wording, typesAtEnd)),
  ];
}
