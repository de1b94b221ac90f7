import { numberText } from "./number-texts.ts";
import type { BatchColumn, Column, WriteTable } from "./table.ts";
import { TextBuffer } from "./text-buffer.ts";

/**
 * Writes a JSON object for each row, on a line each. A vector is an array. JSON has no numbers for
 * NaN and the infinities: they are the texts "NaN", "Infinity" and "-Infinity", as in the JSON of
 * Protocol Buffers, which pandas, R and DuckDB turn into numbers. A row without a value has null.
 */
export const writeJsonLines: WriteTable = async ({ columns, rows }, sink) => {
  const buffer = new TextBuffer(sink);
  const keys = columns.map(({ name }, i) => `${i === 0 ? "{" : ","}${JSON.stringify(name)}:`);
  let written = 0;
  for await (const batch of rows) {
    const texts = batch.columns.map((values, i) => textOf(columns[i] as Column, values));
    for (let row = 0; row < batch.rows; row++) {
      let line = "";
      for (let i = 0; i < texts.length; i++) line += keys[i] + (texts[i] as Text)(row);
      buffer.add(`${line}}\n`);
      if (buffer.isFull) await buffer.flush();
    }
    written += batch.rows;
  }
  await buffer.flush();
  return written;
};

type Text = (row: number) => string;

function textOf(column: Column, { values, missing }: BatchColumn): Text {
  const text = presentText(column, values);
  if (missing === undefined) return text;
  return (row) => (missing[row] === 1 ? "null" : text(row));
}

function presentText({ type, width = 0 }: Column, values: BatchColumn["values"]): Text {
  switch (type) {
    case "text":
      return (row) => JSON.stringify(values[row]);
    case "boolean":
      return (row) => (values[row] === 1 ? "true" : "false");
    case "vector":
      return (row) => {
        const items = values.slice(row * width, (row + 1) * width) as Float64Array;
        return `[${Array.from(items, jsonNumber).join(",")}]`;
      };
    default:
      return (row) => jsonNumber(values[row] as number);
  }
}

function jsonNumber(x: number): string {
  return Number.isFinite(x) ? numberText(x) : `"${x}"`;
}
