import type { ParamChange, SegmentChanges } from "../../history/changes.ts";
import { count, cutLine, size } from "../terminal/text.ts";
import { shortJson } from "./state.ts";

/** A param, or a field of a state, that changed, ready for JSON. */
export interface ValueChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Changes of params, ready for JSON; an undeclared param is `{"$undefined": true}`. */
export function paramsData(
  changes: readonly ParamChange[],
  toJson: (value: unknown) => unknown,
): ValueChange[] {
  return changes.map(({ name, before, after }) => ({
    name,
    before: toJson(before),
    after: toJson(after),
  }));
}

/** The most values in the text, which then counts the rest. */
const MOST_VALUES = 20;
const MOST_LETTERS = 40;

/** Changed values as text: `clamp 0 → 10, beta 0.1 → 0.2`; of many, `most`. */
export function valuesText(changes: readonly ValueChange[], most: number = MOST_VALUES): string {
  const more = changes.length - most;
  const shown = changes
    .slice(0, most)
    .map(({ name, before, after }) => `${cutLine(name, 100)} ${short(before)} → ${short(after)}`)
    .join(", ");
  return more > 0 ? `${shown} and ${count(more)} more` : shown;
}

/** The text for params that differ and are too long to compare. */
export function longText({ before, after }: NonNullable<SegmentChanges["long"]>): string {
  return `other values, ${size(before)} → ${size(after)}: --json lists them`;
}

/** A value, short enough for a line; `none` if there was no value. */
function short(json: unknown): string {
  if ((json as { $undefined?: true } | null)?.$undefined === true) return "none";
  const text = shortJson(json);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}
