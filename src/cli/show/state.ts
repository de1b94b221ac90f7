import { inspect } from "node:util";
import { toJson, toShortJson } from "../../codec/json/write.ts";
import type { TypeCodecs } from "../../codec/state/type-codecs.ts";
import { visible } from "../terminal/text.ts";
import { printJson } from "./print-json.ts";

/** Of a value that is longer than this the text shows the beginning: what is meant to be read, can be. */
const LONGEST_TEXT = 1_000_000;
/** What a message shows of one. */
const LONGEST_IN_MESSAGE = 200;

/** A state as text: JSON with the forms for special values, short enough for a message where asked. */
export function formatState(
  state: unknown,
  options: { readonly oneLine?: boolean; readonly types?: TypeCodecs | undefined } = {},
): string {
  const room = options.oneLine ? 2 * LONGEST_IN_MESSAGE : LONGEST_TEXT;
  const { json, isCut } = shortened(state, room, options.types);
  if (options.oneLine) return shortJson(json);
  return isCut ? `${formatJson(json)}\n${CUT}` : formatJson(json);
}

/** A state on one line, cut only where no one would read on. */
export function stateLine(state: unknown, types?: TypeCodecs): string {
  return visible(JSON.stringify(shortened(state, LONGEST_TEXT, types).json) ?? "null");
}

/** A state ready for JSON; one that cannot be stored is named by a text. */
export function stateJson(state: unknown, types?: TypeCodecs): unknown {
  try {
    return toJson(state, types);
  } catch {
    return named(state);
  }
}

function shortened(
  state: unknown,
  room: number,
  types: TypeCodecs | undefined,
): { readonly json: unknown; readonly isCut: boolean } {
  try {
    return toShortJson(state, room, types);
  } catch {
    // A state that cannot be stored can still be named.
    return { json: named(state), isCut: false };
  }
}

function named(state: unknown): string {
  return inspect(state, { depth: 4, breakLength: Number.POSITIVE_INFINITY });
}

const CUT =
  "… cut after a million characters: `rewind get REV@STEP -o state.cbor` writes all of it";

/** JSON on one line, cut where it is too long for a message. */
export function shortJson(json: unknown): string {
  const text = visible(JSON.stringify(json) ?? "null");
  return text.length > LONGEST_IN_MESSAGE ? `${text.slice(0, LONGEST_IN_MESSAGE)}…` : text;
}

/** JSON over as many lines as it takes to read it well. */
export function formatJson(json: unknown): string {
  return visible(printJson(json));
}
