import { flatNames } from "./names.ts";
import { numberText } from "./number-texts.ts";
import type { BatchColumn, Column, WriteTable } from "./table.ts";
import { TextBuffer } from "./text-buffer.ts";

/**
 * Writes CSV, quoted as RFC 4180 says, in UTF-8; lines end with a line feed, as those of pandas, R and
 * DuckDB do. A vector is a column for each of its numbers. Numbers are the shortest that read back as
 * the same double, NaN, Infinity or -Infinity; booleans are true and false. A row without a value has
 * an empty field, and an empty text is "". Texts are written as they are, also those that a
 * spreadsheet would take for a formula.
 */
export const writeCsv: WriteTable = async ({ columns, rows }, sink) => {
  const buffer = new TextBuffer(sink);
  buffer.add(`${columns.flatMap(flatNames).map(quoted).join(",")}\n`);
  let written = 0;
  for await (const batch of rows) {
    const fields = batch.columns.flatMap((values, i) => fieldsOf(columns[i] as Column, values));
    for (let row = 0; row < batch.rows; row++) {
      let line = "";
      for (let i = 0; i < fields.length; i++) {
        if (i > 0) line += ",";
        line += (fields[i] as Field)(row);
      }
      buffer.add(`${line}\n`);
      if (buffer.isFull) await buffer.flush();
    }
    written += batch.rows;
  }
  await buffer.flush();
  return written;
};

type Field = (row: number) => string;

function fieldsOf(column: Column, { values, missing }: BatchColumn): Field[] {
  const fields = presentFields(column, values);
  if (missing === undefined) return fields;
  return fields.map((field) => (row) => (missing[row] === 1 ? "" : field(row)));
}

function presentFields({ type, width = 0 }: Column, values: BatchColumn["values"]): Field[] {
  switch (type) {
    case "text":
      return [(row) => quoted(values[row] as string)];
    case "boolean":
      return [(row) => (values[row] === 1 ? "true" : "false")];
    case "vector":
      return Array.from(
        { length: width },
        (_, i) => (row: number) => numberText(values[row * width + i] as number),
      );
    default:
      return [(row) => numberText(values[row] as number)];
  }
}

/** A text as a field. An empty one is quoted, so that it differs from a missing one. */
function quoted(text: string): string {
  if (text !== "" && !/[",\r\n]|^\s|\s$/.test(text)) return text;
  return `"${text.replaceAll('"', '""')}"`;
}
