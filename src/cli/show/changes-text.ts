import { count } from "../../base/count.ts";
import type { SegmentChange } from "../../repository/describe-segment.ts";
import type { ValueChange } from "../../repository/described-params.ts";
import { cutLine, size } from "../terminal/text.ts";
import { shortJson } from "./state.ts";

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
export function longText({ before, after }: NonNullable<SegmentChange["long"]>): string {
  return `other values, ${size(before)} → ${size(after)}: --json lists them`;
}

/** A value, short enough for a line; `none` if there was no value. */
function short(json: unknown): string {
  if ((json as { $undefined?: true } | null)?.$undefined === true) return "none";
  const text = shortJson(json);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}
