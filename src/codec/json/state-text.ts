import { invalidArgument } from "../../base/invalid-argument.ts";
import type { TypeCodecs } from "../state/type-codecs.ts";
import { fromJson } from "./read.ts";
import { parseJson } from "./text.ts";
import { withNumbers } from "./typed-text.ts";

/**
 * The value that a text of JSON holds in the forms of `toJson`: the value alone, or the whole result
 * of `get --json`, `{ run, step, state }`. Throws INVALID_ARGUMENT, and INVALID_NUMBER for a number
 * that would be rounded.
 *
 * @example
 * ```ts
 * readStateText('{ "x": { "$number": "-0" } }'); // { x: -0 }
 * ```
 */
export function readStateText(text: string, types?: TypeCodecs): unknown {
  try {
    return fromJson(stateIn(withNumbers(parseJson(text), undefined, "a number")), types);
  } catch (cause) {
    if (cause instanceof SyntaxError) {
      throw invalidArgument("expected JSON, got other text", {}, { cause });
    }
    if (!(cause instanceof RangeError) || !/call stack/i.test(cause.message)) throw cause;
    throw invalidArgument("expected JSON of fewer levels", {}, { cause });
  }
}

/** The state in the result of `get --json`; anything else is a state itself. */
function stateIn(json: unknown): unknown {
  const { run, step, state } = Object(json) as Readonly<Record<string, unknown>>;
  const isResult =
    Object.keys(Object(json)).join() === "run,step,state" &&
    typeof run === "string" &&
    /^[0-9a-f]{64}$/.test(run) &&
    Number.isSafeInteger(step);
  return isResult ? state : json;
}
