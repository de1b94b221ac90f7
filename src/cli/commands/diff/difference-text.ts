import { count } from "../../../base/count.ts";
import type { Comparison } from "../../../repository/compare.ts";
import type { Output } from "../../terminal/output.ts";
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

/** What a comparison calls the runs, and which parts of it are printed in full. */
export interface Wanted {
  readonly names: readonly [a: string, b: string];
  readonly allFields: boolean;
  readonly allSource: boolean;
}

/** A comparison as text. */
export function differenceText(comparison: Comparison, wanted: Wanted, out: Output): string {
  const { differs, samples, spans, statistics, forkStep } = comparison;
  return [
    ...(differs ? partingText(comparison, wanted, out) : sameText(comparison, wanted, out)),
    ...(spans === undefined ? [] : spansText(spans)),
    ...(statistics === undefined ? [] : statisticsText(statistics, wanted)),
    ...(samples === undefined ? [] : plotText(samples, forkStep, wanted.names, out)),
  ].join("\n");
}

function sameText(comparison: Comparison, wanted: Wanted, out: Output): string[] {
  const { at, inputs, segments } = comparison;
  if (at !== undefined) {
    return [at[0] === at[1] ? `identical at step ${count(at[0])}` : "the states are identical"];
  }
  // A change may have no effect.
  return inputs.length + segments.length === 0
    ? ["the runs are identical"]
    : [...originText(comparison, wanted, out), "the states are identical at every step"];
}

/** Where the runs come from, and how they were made differently. */
function originText(comparison: Comparison, wanted: Wanted, out: Output): string[] {
  const { shared, sources } = comparison;
  const paint = (line: string): string => {
    const colour = { "+": "green", "-": "red", "@": "cyan" }[line[0] ?? ""];
    return colour === undefined ? line : out.style(colour as "green", line);
  };
  return [
    ...historyText(comparison, shared?.name),
    ...sourcesText(sources, wanted, { all: wanted.allSource, paint }),
  ];
}

function partingText(comparison: Comparison, wanted: Wanted, out: Output): string[] {
  const { at, types, typesAtEnd } = comparison;
  const { firstDifferentStep: step, inputs, changes, different, end } = comparison;
  const origin = originText(comparison, wanted, out);
  const table =
    changes.length === 0
      ? []
      : [changesText(changes, wanted, types), ...moreText(different, changes.length)];
  if (at !== undefined) {
    const [a, b] = at;
    // Two steps of one run have no fork.
    return a === b
      ? [...origin, `different at step ${count(a)}`, ...table]
      : [...(inputs.length === 0 ? [] : origin), "the states differ", ...table];
  }
  if (step === undefined) return [...origin, "the shorter run is the beginning of the longer one"];
  const isLast = end !== undefined && end.a === step;
  return [
    ...origin,
    `first different step: ${count(step)}${isLast ? ", the last that both have" : ""}`,
    ...table,
    ...(end === undefined || isLast ? [] : endText(end, wanted, typesAtEnd)),
  ];
}
