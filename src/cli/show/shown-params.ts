import { JsonBudget } from "../../codec/json/write.ts";
import type { ReadParams } from "../../history/changes.ts";
import { readShortParams } from "../../object/params.ts";
import type { ReadObject } from "../../object/state.ts";
import { size } from "../terminal/text.ts";
import { shortJson } from "./state.ts";

/**
 * How to read and write params for display: all of them as JSON, or as much as fits into a text.
 */
export interface ShownParams {
  readonly read: ReadParams;
  readonly toJson: (value: unknown) => unknown;
}

/** The longest encoding that a text shows; it gives only the length of longer ones. */
const MOST_BYTES = 1 << 16;
/**
 * The most bytes of params that are read for one text: in a run with many segments, those of the
 * first ones.
 */
const MOST_BYTES_TOGETHER = 1 << 24;
/** The longest encoding that fits into one text of JSON. */
const MOST_BYTES_OF_JSON = 1 << 28;

/**
 * For JSON, which is complete; reading throws TOO_LONG if the params do not all fit into one text.
 */
export function wholeParams(get: ReadObject): ShownParams {
  const budget = new JsonBudget();
  return {
    async read(ref) {
      const read = await readShortParams(ref, get, MOST_BYTES_OF_JSON);
      if (read.values === undefined) budget.take(Number.POSITIVE_INFINITY);
      return read;
    },
    toJson: (value) => budget.toJson(value),
  };
}

/** For text: long params are measured, not read. */
export function shortParams(get: ReadObject): ShownParams {
  const budget = new JsonBudget();
  let left = MOST_BYTES_TOGETHER;
  return {
    async read(ref) {
      const read = await readShortParams(ref, get, Math.min(MOST_BYTES, left));
      if (read.values !== undefined) left -= read.bytes;
      return read;
    },
    toJson: (value) => budget.toJson(value),
  };
}

/** Params as JSON on a line: for long ones the beginning, and how to see all of them. */
export function paramsText(json: unknown): string {
  const text = shortJson(json);
  return text.endsWith("…") ? `${text} --json prints all` : text;
}

/** The text for params that were not read. */
export function measuredText(bytes: number): string {
  return `${size(bytes)}: --json prints them`;
}
