import { inspect } from "node:util";
import { toJson, toShortJson } from "../../codec/json/write.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import { visible } from "../terminal/text.ts";
import { printJson } from "./print-json.ts";

/** The most characters of a value in a text: nobody reads more. */
const LONGEST_TEXT = 1_000_000;
/** The most characters in a message. */
const LONGEST_IN_MESSAGE = 200;

/** A state as text: JSON with forms for special values; with `oneLine` short enough for a message. */
export function formatState(
  state: unknown,
  options: {
    readonly oneLine?: boolean;
    readonly types?: TypeCodecs | undefined;
    /** The path of this value in the state, if it is a part. */
    readonly at?: string | undefined;
  } = {},
): string {
  const room = options.oneLine ? 2 * LONGEST_IN_MESSAGE : LONGEST_TEXT;
  const { json, isCut } = shortened(state, room, options);
  if (options.oneLine) return shortJson(json);
  return isCut ? `${formatJson(json)}\n${CUT}` : formatJson(json);
}

/** A state, or the part of it at this path, on one line, cut only if it is very long. */
export function stateLine(state: unknown, types?: TypeCodecs, at?: string): string {
  return visible(JSON.stringify(shortened(state, LONGEST_TEXT, { types, at }).json) ?? "null");
}

/** A state, or the part of it at this path, ready for JSON; if it cannot be stored, a text that describes it. */
export function stateJson(state: unknown, types?: TypeCodecs, at?: string): unknown {
  try {
    return toJson(state, types, at);
  } catch {
    return named(state);
  }
}

function shortened(
  state: unknown,
  room: number,
  { types, at }: { readonly types?: TypeCodecs | undefined; readonly at?: string | undefined },
): { readonly json: unknown; readonly isCut: boolean } {
  try {
    return toShortJson(state, room, types, at);
  } catch {
    // A state that cannot be stored can still be described.
    return { json: named(state), isCut: false };
  }
}

function named(state: unknown): string {
  return inspect(state, { depth: 4, breakLength: Number.POSITIVE_INFINITY });
}

const CUT =
  "… cut after a million characters: `rewind get REV@STEP -o state.cbor` writes all of it";

/** JSON on one line, cut if it is too long for a message. */
export function shortJson(json: unknown): string {
  const text = visible(JSON.stringify(json) ?? "null");
  return text.length > LONGEST_IN_MESSAGE ? `${text.slice(0, LONGEST_IN_MESSAGE)}…` : text;
}

/** JSON on as many lines as are readable. */
export function formatJson(json: unknown): string {
  return visible(printJson(json));
}
