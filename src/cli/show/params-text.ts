import { size } from "../terminal/text.ts";
import { shortJson } from "./state.ts";

/** Params as JSON on a line: for long ones the beginning, and how to see all of them. */
export function paramsText(json: unknown): string {
  const text = shortJson(json);
  return text.endsWith("…") ? `${text} --json prints all` : text;
}

/** The text for params that were not read. */
export function measuredText(bytes: number): string {
  return `${size(bytes)}: --json prints them`;
}
