import { either } from "../base/either.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import type { WriteTable } from "./table.ts";

/** The formats of tables, by the ending of a file, each with what loads its writer. */
const WRITERS: Readonly<Record<TableFormat, () => Promise<WriteTable>>> = {
  csv: async () => (await import("./csv.ts")).writeCsv,
  parquet: async () => (await import("./parquet.ts")).writeParquet,
  jsonl: async () => (await import("./jsonl.ts")).writeJsonLines,
  npz: async () => (await import("./npz.ts")).writeNpz,
};

/** A format of tables. */
export type TableFormat = "csv" | "parquet" | "jsonl" | "npz";

export const TABLE_FORMATS: readonly TableFormat[] = ["csv", "parquet", "jsonl", "npz"];

/** The format that a file's ending names. Throws INVALID_ARGUMENT. */
export function formatOf(file: string): TableFormat {
  const ending = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase();
  const format = TABLE_FORMATS.find((each) => each === ending);
  if (format !== undefined) return format;
  throw invalidArgument(
    `expected a file that ends in ${either(TABLE_FORMATS.map((each) => `.${each}`))}, got ${JSON.stringify(file)}`,
    { file },
  );
}

/** Loads what writes a format. */
export function writerOf(format: TableFormat): Promise<WriteTable> {
  return WRITERS[format]();
}
