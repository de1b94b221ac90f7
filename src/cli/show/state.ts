import { inspect } from "node:util";
import { toJson } from "../../codec/json.ts";
import type { TypeCodecs } from "../../codec/types.ts";
import { visible } from "../terminal/text.ts";

/** A state as text: JSON with the forms for special values, short enough for a message where asked. */
export function formatState(
  state: unknown,
  options: { readonly oneLine?: boolean; readonly types?: TypeCodecs | undefined } = {},
): string {
  let json: unknown;
  try {
    json = toJson(state, options.types);
  } catch {
    // A state that cannot be stored can still be named.
    json = inspect(state, { depth: 4, breakLength: Number.POSITIVE_INFINITY });
  }
  if (!options.oneLine) return formatJson(json);
  return shortJson(json);
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
