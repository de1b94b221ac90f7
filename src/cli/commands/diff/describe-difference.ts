import { count, plural } from "../../../base/count.ts";
import type { Difference } from "../../../codec/differences.ts";
import type { TypeCodecs } from "../../../codec/state/type-codecs.ts";
import { shortId } from "../../../object/id.ts";
import type { RunDifference } from "../../../replay/compare/diff.ts";
import type { DifferenceStatistics } from "../../../replay/compare/field-statistics.ts";
import type { InputDifference } from "../../../replay/compare/inputs.ts";
import type { SourceDifference } from "../../../replay/compare/source-diff.ts";
import type { Span } from "../../../replay/compare/spans.ts";
import {
  differenceOf,
  type StateDifference,
  sizeOf,
} from "../../../replay/compare/state-difference.ts";
import { cutPair } from "../../show/cut-pair.ts";
import { stateLine } from "../../show/state.ts";
import { table, visible, visibleCode, visibleLine } from "../../terminal/text.ts";

/** The names of the two runs, and whether all fields are listed. */
export interface Wording {
  readonly names: readonly [a: string, b: string];
  readonly allFields: boolean;
}

/** The default limits of the lists. */
const MOST_FIELDS = 20;
const MOST_AT_END = 5;
const MOST_LINES = 40;
const MOST_SPANS = 100;

/** The place where the runs forked, and the changes there. */
export function historyText(
  { forkStep, inputs, segments }: RunDifference,
  forkedFrom: string | undefined,
): string[] {
  const of = forkedFrom === undefined ? "" : ` of ${visibleLine(forkedFrom)}`;
  return [
    forkStep === undefined ? "no shared history" : `forked at step ${count(forkStep)}${of}`,
    ...(isOneChange(inputs, segments)
      ? inputs.map((input) => `  ${inputText(input)}`)
      : [
          ...inputs.filter(isOfWhole).map((input) => `  ${inputText(input)}`),
          ...segments.map(
            ({ from, changes }) =>
              `  from step ${count(from)}: ${changes.map(inputText).join(", ")}`,
          ),
        ]),
  ];
}

/** Whether one change explains all segments: then the steps where it begins need not be listed. */
function isOneChange(inputs: readonly Difference[], segments: readonly InputDifference[]): boolean {
  const texts = (changes: readonly Difference[]): string => changes.map(inputText).join("\n");
  const last = texts(inputs.filter((input) => !isOfWhole(input)));
  return segments.every(({ changes }) => texts(changes) === last);
}

/** Whether it is a property of the whole run, not of a segment. */
function isOfWhole({ path }: Difference): boolean {
  return path === "steps" || path === "blockSize";
}

function inputText({ path, a, b }: Difference): string {
  if (path === "program.source")
    return `program.source: ${shortId(String(a))} → ${shortId(String(b))}`;
  const [before, after] = cutPair(longText(a), longText(b), MOST_LETTERS);
  return `${visibleLine(path)}: ${before} → ${after}`;
}

/** How the recorded sources differ, as a unified diff. */
export function sourcesText(
  sources: readonly SourceDifference[],
  { names }: Wording,
  options: { readonly all: boolean; paint(line: string): string },
): string[] {
  return sources.flatMap(({ patch, missing }) => {
    if (missing.length > 0) {
      const whose = missing.map((side) => names[side === "a" ? 0 : 1]).join(" and ");
      return [`the source of ${whose} is missing: it was saved without its code`];
    }
    if (patch === undefined) return ["the sources differ too much to list the differences"];
    const kept = options.all ? patch : patch.slice(0, MOST_LINES);
    const more = patch.length - kept.length;
    const lines = kept.flatMap(patchLines).map((line) => options.paint(line));
    return more === 0 ? lines : [...lines, `and ${plural(more, "more line")} (--source or --json)`];
  });
}

/** A line of a patch, whose code may have line ends that the patch does not count: each gets the line's mark. */
function patchLines(line: string): string[] {
  const [mark = ""] = line;
  const [first = "", ...more] = visibleCode(line).split("\n");
  return [first, ...more.filter((piece) => piece !== "").map((piece) => mark + piece)];
}

/** The differences of two states as a table: both values, and the difference of numbers. */
export function changesText(
  changes: readonly Difference[],
  { names }: Wording,
  types: TypeCodecs | undefined,
): string {
  const rows = changes.map((change) => {
    const { path, about, a, b, missing } = change;
    const what = about === undefined ? visible(path) : `${visible(path)} (${about})`;
    const value = (side: "a" | "b"): string =>
      missing === side ? "none" : longText(side === "a" ? a : b, types, path);
    const difference = differenceOf(change);
    const values = cutPair(value("a"), value("b"), MOST_LETTERS);
    return [what, ...values, difference === undefined ? "" : valueText(difference)];
  });
  return table([["", ...names, "difference"], ...rows], [1, 2, 3]);
}

/** A line that counts what a table leaves out, if anything. */
export function moreText(different: number, listed: number): string[] {
  return different > listed
    ? [`and ${count(different - listed)} more (--all-fields or --json)`]
    : [];
}

/** How far the runs have drifted at the end. */
export function endText(end: StateDifference, wording: Wording, types?: TypeCodecs): string[] {
  const { a: step, fields, different } = end;
  if (different === 0) {
    return [`equal again at the end, step ${count(step)} (--all-spans lists where they meet)`];
  }
  const sorted = [...end.changes].sort((x, y) => sizeOf(differenceOf(y)) - sizeOf(differenceOf(x)));
  const listed = wording.allFields ? end.changes : sorted.slice(0, MOST_AT_END);
  const all = listed.length === different;
  // A state that is one number needs no count.
  const counted = fields === 1 ? "" : `: ${count(different)} of ${plural(fields, "field")}`;
  return [
    `different at the end, step ${count(step)}${counted}${all || fields === 1 ? "" : ", the largest"}`,
    changesText(all ? end.changes : listed, wording, types),
    ...moreText(different, listed.length),
  ];
}

/** The stretches in which the runs are equal, and those in which they differ. */
export function spansText(spans: readonly Span[]): string[] {
  const rows = spans
    .slice(0, MOST_SPANS)
    .map(({ from, to, equal }) => [
      equal ? "  equal" : "  different",
      from === to ? `step ${count(from)}` : `steps ${count(from)} to ${count(to)}`,
      plural(to - from + 1, "step"),
    ]);
  const more = spans.length - rows.length;
  return [
    plural(spans.length, "span"),
    table(rows, [2]),
    ...(more > 0 ? [`and ${count(more)} more (--json)`] : []),
  ];
}

/** How each field differs over the steps. */
export function statisticsText(statistics: DifferenceStatistics, wording: Wording): string[] {
  const { from, to, steps, fields, notFollowed } = statistics;
  const listed = wording.allFields ? fields : fields.slice(0, MOST_FIELDS);
  const rows = listed.map(({ path, about, steps, largest, differsAtEnd, atEnd }) => [
    about === undefined ? visible(path) : `${visible(path)} (${about})`,
    count(steps),
    largest === undefined ? "" : valueText(largest.difference),
    largest === undefined ? "" : count(largest.step),
    !differsAtEnd ? "equal" : atEnd === undefined ? "different" : valueText(atEnd),
  ]);
  const head = ["", "steps", "largest difference", "at step", `at step ${count(to)}`];
  return [
    `different at ${count(steps)} of the ${plural(to - from + 1, "step")} from ${count(from)} to ${count(to)}`,
    ...(rows.length === 0 ? [] : [table([head, ...rows], [1, 2, 3, 4])]),
    ...moreText(fields.length, listed.length),
    ...(notFollowed === 0
      ? []
      : [`fields that appeared later are not listed; they differed ${count(notFollowed)} times`]),
  ];
}

/** Longer values are cut. */
const MOST_LETTERS = 40;

/** A value short enough for a table. */
function valueText(value: unknown): string {
  const text = longText(value);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}

function longText(value: unknown, types?: TypeCodecs, at?: string): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") return String(value);
  return value === undefined ? "undefined" : stateLine(value, types, at);
}
