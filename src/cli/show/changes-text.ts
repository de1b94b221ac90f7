import { toJson } from "../../codec/json.ts";
import type { ParamChange } from "../../history/changes.ts";
import { visibleLine } from "../terminal/text.ts";
import { shortJson } from "./state.ts";

/** A param, or a field of a state, that changed, ready for JSON. */
export interface ValueChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Changes of params, ready for JSON; an undeclared param is `{"$undefined": true}`. */
export function paramsData(changes: readonly ParamChange[]): ValueChange[] {
  return changes.map(({ name, before, after }) => ({
    name,
    before: toJson(before),
    after: toJson(after),
  }));
}

/** Changed values as text: `clamp 0 → 10, beta 0.1 → 0.2`. */
export function valuesText(changes: readonly ValueChange[]): string {
  return changes
    .map(({ name, before, after }) => `${visibleLine(name)} ${short(before)} → ${short(after)}`)
    .join(", ");
}

/** A value, short enough for a line; `none` if there was no value. */
function short(json: unknown): string {
  if ((json as { $undefined?: true } | null)?.$undefined === true) return "none";
  const text = shortJson(json);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
