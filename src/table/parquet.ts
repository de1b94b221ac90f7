import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { flatNames } from "./names.ts";
import { noteTexts } from "./notes.ts";
import type { Batch, BatchColumn, Column, Sink, Values, WriteTable } from "./table.ts";

/** The rows of a row group: few enough to hold, and enough to be read at once. */
const GROUP_ROWS = 1 << 17;

/**
 * Writes Parquet in row groups. Whole numbers are INT64, other numbers DOUBLE, texts UTF-8 strings; a
 * vector is a column for each of its numbers. The notes of the table are in the key-value metadata,
 * under `rewind.table`, `rewind.runs`, `rewind.columns`, `rewind.thinning` and `rewind.version`.
 */
export const writeParquet: WriteTable = async (table, sink) => {
  const { columns } = table;
  const writer = new SinkWriter(sink);
  const parquet = new ParquetWriter({
    writer,
    schema: schemaOf(columns),
    kvMetadata: Object.entries(noteTexts(table)).map(([key, value]) => ({
      key: `rewind.${key}`,
      value,
    })),
    createdBy: `rewind version ${table.notes.version ?? "unknown"}`,
  });
  let waiting: Batch[] = [];
  let waitingRows = 0;
  let written = 0;
  const writeGroup = async (): Promise<void> => {
    if (waitingRows === 0) return;
    const columnData = columns.flatMap((column, i) =>
      sourcesOf(
        column,
        waiting.map(({ rows, columns }) => ({ ...(columns[i] as BatchColumn), rows })),
        waitingRows,
      ),
    );
    await parquet.write({ columnData, rowGroupSize: GROUP_ROWS });
    written += waitingRows;
    waiting = [];
    waitingRows = 0;
  };
  for await (const batch of table.rows) {
    waiting.push(batch);
    waitingRows += batch.rows;
    if (waitingRows >= GROUP_ROWS) await writeGroup();
  }
  await writeGroup();
  await parquet.finish();
  await writer.drain();
  return written;
};

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  const fields = columns.flatMap((column) =>
    flatNames(column).map(
      (name): SchemaElement => ({
        name,
        ...TYPES[column.type],
        repetition_type: column.optional === true ? "OPTIONAL" : "REQUIRED",
      }),
    ),
  );
  return [{ name: "root", num_children: fields.length }, ...fields];
}

const TYPES: Readonly<
  Record<Column["type"], Pick<SchemaElement, "type" | "converted_type" | "logical_type">>
> = {
  integer: { type: "INT64" },
  number: { type: "DOUBLE" },
  vector: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  text: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
};

/** The values of a column in one batch. */
interface Part extends BatchColumn {
  readonly rows: number;
}

/** The values of a column in a row group, as hyparquet-writer takes them. */
function sourcesOf(column: Column, parts: readonly Part[], rows: number): ColumnSource[] {
  const { width = 1, type } = column;
  return flatNames(column).map((name, i) => {
    const isVector = type === "vector";
    const values = parts.map(({ values }) =>
      isVector ? component(values as Float64Array, width, i) : values,
    );
    const data = withMissing(converted(type, values, rows), parts);
    // A dictionary holds 0 and -0 as one value.
    const encoding = type === "number" || isVector ? "PLAIN" : undefined;
    return { name, data, ...(encoding && { encoding }) };
  });
}

function component(values: Float64Array, width: number, i: number): Float64Array {
  const numbers = new Float64Array(values.length / width);
  for (let row = 0; row < numbers.length; row++) numbers[row] = values[row * width + i] as number;
  return numbers;
}

function converted(
  type: Column["type"],
  parts: readonly Values[],
  rows: number,
): ColumnSource["data"] {
  switch (type) {
    case "text":
      // `flat` looks into each text.
      return ([] as string[]).concat(...(parts as readonly (readonly string[])[]));
    case "boolean":
      return parts.flatMap((part) => Array.from(part as Uint8Array, (value) => value === 1));
    case "integer": {
      const whole = new BigInt64Array(rows);
      let at = 0;
      for (const part of parts as readonly Float64Array[]) {
        for (let i = 0; i < part.length; i++) whole[at++] = BigInt(part[i] as number);
      }
      return whole;
    }
    default: {
      const numbers = new Float64Array(rows);
      let at = 0;
      for (const part of parts as readonly Float64Array[]) {
        numbers.set(part, at);
        at += part.length;
      }
      return numbers;
    }
  }
}

function withMissing(data: ColumnSource["data"], parts: readonly Part[]): ColumnSource["data"] {
  if (parts.every(({ missing }) => missing === undefined)) return data;
  const present = Array.from<unknown>(data);
  let at = 0;
  for (const { missing, rows } of parts) {
    for (let i = 0; i < rows; i++) if (missing?.[i] === 1) present[at + i] = undefined;
    at += rows;
  }
  return present;
}

/** Collects bytes, and passes them on after each row group. */
class SinkWriter extends ByteWriter {
  readonly #sink: Sink;

  constructor(sink: Sink) {
    super(1 << 20);
    this.#sink = sink;
  }

  flush(): Promise<void> {
    return this.drain();
  }

  async drain(): Promise<void> {
    const bytes = this.getBytes();
    this.index = 0;
    await this.#sink.write(bytes);
  }
}
