import { toJson } from "../../codec/json/write.ts";
import { cutLine } from "../terminal/text.ts";
import { shortJson } from "./state.ts";

/** Longer values are cut. */
const LONGEST = 40;

/** A value of a param in a cell of a table: a text as it is, anything else as JSON. */
export function valueText(value: unknown): string {
  return cutLine(typeof value === "string" ? value : shortJson(toJson(value)), LONGEST);
}
