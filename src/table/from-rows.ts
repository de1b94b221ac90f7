import { BatchBuilder } from "./batch-builder.ts";
import type { Column, ColumnType, Table } from "./table.ts";

/** A value of a table that is held as a whole. */
export type Cell = number | bigint | boolean | string | null;

/** The rows of a batch, so that a writer need not hold them twice. */
const BATCH_ROWS = 1 << 16;

/**
 * A table of rows that are held as a whole. A column has the type that its values share: whole
 * numbers if all of them are exact, numbers, booleans, or else texts.
 */
export function tableFromRows(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Table {
  const types = columns.map((_, i) => typeOf(rows.map((row) => row[i] ?? null)));
  const described = columns.map(
    (column, i): Column => ({ name: column, type: types[i] as ColumnType, optional: true }),
  );
  return {
    name,
    columns: described,
    notes: {},
    rows: {
      async *[Symbol.asyncIterator]() {
        const builder = new BatchBuilder(described);
        for (const [step, row] of rows.entries()) {
          for (const [i, cell] of row.entries()) {
            builder.add[i]?.(cell === null ? undefined : asType(cell, types[i]), step);
          }
          builder.endRow();
          if (builder.rows === BATCH_ROWS) yield builder.take();
        }
        if (builder.rows > 0) yield builder.take();
      },
    },
  };
}

function typeOf(cells: readonly Cell[]): ColumnType {
  const present = cells.filter((cell) => cell !== null);
  if (present.length === 0) return "text";
  if (present.every((cell) => typeof cell === "bigint" && Number.isSafeInteger(Number(cell))))
    return "integer";
  if (present.every((cell) => typeof cell === "number" || isExact(cell))) return "number";
  return present.every((cell) => typeof cell === "boolean") ? "boolean" : "text";
}

function isExact(cell: Cell): boolean {
  return typeof cell === "bigint" && Number.isSafeInteger(Number(cell));
}

function asType(cell: NonNullable<Cell>, type: ColumnType | undefined): unknown {
  if (type === "integer" || type === "number") return Number(cell);
  return type === "boolean" ? cell : String(cell);
}
