import { invalidArgument } from "../base/invalid-argument.ts";
import { notesJson } from "./notes.ts";
import { NpyColumn } from "./npy-column.ts";
import type { Column, WriteTable } from "./table.ts";
import { ZipWriter } from "./zip.ts";

/** The array with the notes of a table, as JSON: no column may have its name. */
export const NOTES_ARRAY = "_rewind";

/**
 * Writes a .npz: an array for each column, by its name, and one text of JSON, `_rewind`, with the
 * notes of the table. A vector is an array of two dimensions. A column of numbers in which values are
 * missing is of doubles, with NaN for them; a missing text is empty. The columns are kept aside until
 * the last row is known.
 */
export const writeNpz: WriteTable = async (table, sink, { crc32, scratch }) => {
  if (table.columns.some(({ name }) => name === NOTES_ARRAY)) {
    const message = `expected another name than ${NOTES_ARRAY}, which a .npz has already`;
    throw invalidArgument(message, { name: NOTES_ARRAY });
  }
  const columns: NpyColumn[] = [];
  let written = 0;
  try {
    for (const column of table.columns) columns.push(new NpyColumn(column, await scratch()));
    for await (const { rows, columns: values } of table.rows) {
      for (const [i, column] of columns.entries()) {
        await column.add(values[i] as (typeof values)[number], rows);
      }
      written += rows;
    }
    const notes = new NpyColumn(NOTES, await scratch());
    columns.push(notes);
    await notes.add({ values: [notesJson(table)] }, 1);
    const zip = new ZipWriter(sink);
    for (const column of columns) await zip.add(await column.entry(crc32));
    await zip.end();
  } finally {
    for (const column of columns) await column.remove();
  }
  return written;
};

const NOTES: Column = { name: NOTES_ARRAY, type: "text" };
