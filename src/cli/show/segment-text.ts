import { count, plural } from "../../base/count.ts";
import { shortId } from "../../object/id.ts";
import type {
  SegmentChange,
  SegmentDescription,
  SegmentParts,
  ValuePair,
} from "../../repository/describe-segment.ts";
import type { ValueChange } from "../../repository/described-params.ts";
import { noteText } from "../terminal/text.ts";
import { longText, valuesText } from "./changes-text.ts";
import { measuredText, paramsText } from "./params-text.ts";

/** A segment as text: all of the first segment, and the changes of later ones. */
export function segmentText(segment: SegmentDescription): string[] {
  const { changes, start } = segment;
  const rows = [
    ...(changes === null || start === 0 ? wholeRows(segment) : []),
    ...(changes === null ? [] : changedRows(segment, changes)),
  ];
  return [
    `from step ${count(start)}`,
    ...rows.map(([name, text]) => `  ${name.padEnd(9)}  ${noteText(text)}`),
  ];
}

/** The params of a segment on a line. */
export function shownParams({ params, paramsBytes }: SegmentDescription): string {
  return paramsBytes === undefined ? paramsText(params) : measuredText(paramsBytes);
}

type Row = readonly [name: string, text: string];

function wholeRows(segment: SegmentDescription): Row[] {
  return [
    ["program", programText(segment)],
    ["generator", `${segment.generator}, seed ${seedText(segment.seed)}${streamsText(segment)}`],
    ...clockRows(segment),
    ["params", shownParams(segment)],
    ...packageRows(segment),
  ];
}

function changedRows(segment: SegmentDescription, changes: SegmentChange): Row[] {
  const { params, long, seed, program, generator, state, fields } = changes;
  const rows: Row[] = [
    ...(program === null ? [] : [["program", programText(segment)] as const]),
    ...(program === null ? [] : clockRows(segment)),
    ...(program === null ? [] : packageRows(segment)),
    ...(generator === null ? [] : [["generator", arrow(generator)] as const]),
    ...(seed === null ? [] : [["seed", arrow(seed)] as const]),
    ...(params.length === 0 ? [] : [["params", valuesText(params)] as const]),
    ...(long === undefined ? [] : [["params", longText(long)] as const]),
    ...(state === true ? [["state", fieldsText(fields ?? [])] as const] : []),
    ...(state === null ? [["state", "may have changed too: see diff"] as const] : []),
  ];
  return rows.length === 0 ? [["params", "given again, with the same values"]] : rows;
}

/** The most fields that the text lists; it counts the rest. */
const MOST_FIELDS = 5;

function fieldsText(fields: readonly ValueChange[]): string {
  return fields.length === 0 ? "changed" : valuesText(fields, MOST_FIELDS);
}

/** The most packages that the text lists; it counts the rest. */
const MOST_PACKAGES = 100;

function packageRows({ packages }: SegmentDescription): Row[] {
  const more = packages.length - MOST_PACKAGES;
  return [
    ...packages
      .slice(0, MOST_PACKAGES)
      .map(([name, version]): Row => ["package", `${name} ${version}`]),
    ...(more > 0 ? [["", `… and ${plural(more, "more package")}`] as const] : []),
  ];
}

function programText({ simulation, module, source }: SegmentParts): string {
  return `${simulation} (${module ?? "handed over in memory"}, ${shortId(source)})`;
}

/** What steps get for the clock, unless it is refused. */
function clockRows({ clock }: SegmentParts): Row[] {
  if (clock === null) return [];
  const start = new Date(clock.start).toISOString();
  return [["clock", `${start} at step 0, ${clock.stepMs} ms a step; chance from the run`]];
}

/** How generators are seeded, unless it is the default. */
function streamsText({ streams }: SegmentParts): string {
  return streams === "block" ? "" : `, ${streams} streams`;
}

function arrow({ before, after }: ValuePair): string {
  return `${seedText(before)} → ${seedText(after)}`;
}

/** A seed's digits, even if JSON cannot hold it as a number. */
function seedText(seed: unknown): string {
  return String((seed as { $bigint?: string }).$bigint ?? seed);
}
