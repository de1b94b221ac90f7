import { JsonBudget } from "../codec/json/write.ts";
import type { ParamChange, ReadParams } from "../history/changes.ts";
import { readShortParams } from "../object/params.ts";
import type { ReadObject } from "../object/state.ts";

/**
 * Which params a description has: `all` of them, or only `short` ones. Long ones are then measured:
 * those of more than 64 KiB each, and those beyond the first 16 MiB.
 */
export type WhichParams = "all" | "short";

/** A param, or a field of a state, that changed: its values are as `toJson` gives them. */
export interface ValueChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** How the params of one description, or of one log, are read and written as JSON. */
export interface DescribedParams {
  readonly read: ReadParams;
  readonly toJson: (value: unknown) => unknown;
}

/** The limits of `short`. */
const MOST_BYTES = 1 << 16;
const MOST_BYTES_TOGETHER = 1 << 24;
/** The longest encoding that fits into one text of JSON. */
const MOST_BYTES_OF_JSON = 1 << 28;

/**
 * Reads the params of one description. Throws TOO_LONG if all of them together do not fit into one
 * text of JSON.
 */
export function describedParams(which: WhichParams, get: ReadObject): DescribedParams {
  const budget = new JsonBudget();
  return {
    read: which === "all" ? wholeReader(get, budget) : shortReader(get),
    toJson: (value) => budget.toJson(value),
  };
}

/** Changes of params as JSON; a param that one side lacks is `{"$undefined": true}`. */
export function changesJson(
  changes: readonly ParamChange[],
  toJson: (value: unknown) => unknown,
): ValueChange[] {
  return changes.map(({ name, before, after }) => ({
    name,
    before: toJson(before),
    after: toJson(after),
  }));
}

function wholeReader(get: ReadObject, budget: JsonBudget): ReadParams {
  return async (ref) => {
    const read = await readShortParams(ref, get, MOST_BYTES_OF_JSON);
    if (read.values === undefined) budget.take(Number.POSITIVE_INFINITY);
    return read;
  };
}

function shortReader(get: ReadObject): ReadParams {
  let left = MOST_BYTES_TOGETHER;
  return async (ref) => {
    const read = await readShortParams(ref, get, Math.min(MOST_BYTES, left));
    if (read.values !== undefined) left -= read.bytes;
    return read;
  };
}
