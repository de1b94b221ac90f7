const LINE_WIDTH = 96;

/** JSON with each array and object on one line if it fits, else with one element a line. */
export function printJson(json: unknown, indent = ""): string {
  const flat = flatJson(json, LINE_WIDTH - indent.length);
  if (flat !== undefined) return flat;
  if (typeof json !== "object" || json === null) return JSON.stringify(json) ?? "null";
  // Indentation beyond the width of a line does not help.
  const inner = indent.length < LINE_WIDTH ? `${indent}  ` : indent;
  if (Array.isArray(json)) {
    if (json.every((item) => typeof item === "number")) return wrapNumbers(json, indent);
    return `[\n${json.map((item) => inner + printJson(item, inner)).join(",\n")}\n${indent}]`;
  }
  const lines = Object.entries(json).map(
    ([key, value]) => `${inner}${JSON.stringify(key)}: ${printJson(value, inner)}`,
  );
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

/** JSON on one line; undefined, found early, if it is longer than `room`. */
function flatJson(json: unknown, room: number): string | undefined {
  if (typeof json === "string" && json.length > room) return undefined;
  if (typeof json !== "object" || json === null) {
    const text = JSON.stringify(json) ?? "null";
    return text.length <= room ? text : undefined;
  }
  const isArray = Array.isArray(json);
  if (isArray && 3 * json.length > room) return undefined;
  let text = "";
  for (const [key, value] of Object.entries(json)) {
    const name = isArray ? "" : `${JSON.stringify(key)}: `;
    const left = room - text.length - name.length - (text === "" ? 4 : 2);
    const item = flatJson(value, left);
    if (item === undefined) return undefined;
    text += `${text === "" ? "" : ", "}${name}${item}`;
  }
  const [open, close] = isArray ? ["[", "]"] : ["{", "}"];
  const flat = text === "" ? `${open}${close}` : `${open} ${text} ${close}`;
  return flat.length <= room ? flat : undefined;
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
