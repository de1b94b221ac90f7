import { inspect } from "node:util";
import { toJson } from "../../codec/json.ts";
import type { TypeCodecs } from "../../codec/types.ts";
import { visible } from "../terminal/text.ts";

/** A state as text: JSON with the forms for special values, short enough for a message where asked. */
export function formatState(
  state: unknown,
  options: { readonly oneLine?: boolean; readonly types?: TypeCodecs | undefined } = {},
): string {
  const json = stateJson(state, options.types);
  return options.oneLine ? shortJson(json) : formatJson(json);
}

/** A state on one line, however long that is. */
export function stateLine(state: unknown, types?: TypeCodecs): string {
  return visible(JSON.stringify(stateJson(state, types)) ?? "null");
}

/** A state ready for JSON; one that cannot be stored is named by a text. */
export function stateJson(state: unknown, types?: TypeCodecs): unknown {
  try {
    return toJson(state, types);
  } catch {
    return inspect(state, { depth: 4, breakLength: Number.POSITIVE_INFINITY });
  }
}

/** JSON on one line, cut where it is too long for a message. */
export function shortJson(json: unknown): string {
  const text = visible(JSON.stringify(json) ?? "null");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** JSON over as many lines as it takes to read it well. */
export function formatJson(json: unknown): string {
  return visible(printJson(json, ""));
}

const LINE_WIDTH = 96;

/** JSON with each array and object on one line where it fits, else one element a line. */
function printJson(json: unknown, indent: string): string {
  const flat = JSON.stringify(json, undefined, 1)?.replace(/\n\s*/g, " ") ?? "null";
  if (flat.length + indent.length <= LINE_WIDTH || typeof json !== "object" || json === null)
    return flat;
  const inner = `${indent}  `;
  if (Array.isArray(json)) {
    if (json.every((item) => typeof item === "number")) return wrapNumbers(json, indent);
    return `[\n${json.map((item) => inner + printJson(item, inner)).join(",\n")}\n${indent}]`;
  }
  const lines = Object.entries(json).map(
    ([key, value]) => `${inner}${JSON.stringify(key)}: ${printJson(value, inner)}`,
  );
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

/** A long array of numbers as a block of lines. */
function wrapNumbers(numbers: readonly number[], indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const [i, number] of numbers.entries()) {
    const item = `${number}${i < numbers.length - 1 ? "," : ""}`;
    if (line !== "" && indent.length + 2 + line.length + 1 + item.length > LINE_WIDTH) {
      lines.push(line);
      line = item;
    } else {
      line = line === "" ? item : `${line} ${item}`;
    }
  }
  lines.push(line);
  return `[\n${lines.map((text) => `${indent}  ${text}`).join("\n")}\n${indent}]`;
}
