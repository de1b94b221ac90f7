import { JsonBudget } from "../../codec/json/write.ts";
import type { ReadParams } from "../../history/changes.ts";
import { readShortParams } from "../../object/params.ts";
import type { ReadObject } from "../../object/state.ts";
import { size } from "../terminal/text.ts";
import { shortJson } from "./state.ts";

/** How params are read and written to be shown: all of them as JSON, or what a text has room for. */
export interface ShownParams {
  readonly read: ReadParams;
  readonly toJson: (value: unknown) => unknown;
}

/** Of longer encodings than this the text says only how long they are. */
const MOST_BYTES = 1 << 16;
/** So many bytes of params are read for one text: of a run with many segments, those of the first ones. */
const MOST_BYTES_TOGETHER = 1 << 24;
/** An encoding of more bytes than this does not fit into one text of JSON. */
const MOST_BYTES_OF_JSON = 1 << 28;

/** For JSON, which is whole; reading throws TOO_LONG where all the params do not fit into one text. */
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

/** For text: long params are measured, and not read. */
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

/** Params as JSON on a line: the beginning of long ones, and how to see all of them. */
export function paramsText(json: unknown): string {
  const text = shortJson(json);
  return text.endsWith("…") ? `${text} --json prints all` : text;
}

/** What is said of params that were not read for a text. */
export function measuredText(bytes: number): string {
  return `${size(bytes)}: --json prints them`;
}
