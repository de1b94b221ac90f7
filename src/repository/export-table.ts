import type { TableKind } from "../node/host/file-kind.ts";
import { nodeCrc32 } from "../node/host/platform.ts";
import { saveStream } from "../node/host/save-stream.ts";
import { scratchFile } from "../node/host/scratch-file.ts";
import { engineVersion } from "../node/own-files.ts";
import { formatOf, type TableFormat, writerOf } from "../table/formats.ts";
import type { Table } from "../table/table.ts";

// For commands that would do long work before the file is named.
export { formatOf } from "../table/formats.ts";

/** A table that was written to a file. */
export interface ExportedTable {
  readonly format: TableFormat;
  readonly rows: number;
  /** The length of the file. */
  readonly bytes: number;
  /** Whether it has replaced a file of the same kind. */
  readonly replaced: boolean;
}

/** Writes a table to a file, as `exportTable` of the package describes. */
export async function writeTableFile(table: Table, file: string): Promise<ExportedTable> {
  const format = formatOf(file);
  const write = await writerOf(format);
  const notes = { version: engineVersion(), ...table.notes };
  const tools = { crc32: nodeCrc32, scratch: () => scratchFile(file) };
  const saved = await saveStream(file, KINDS[format], (sink) =>
    write({ ...table, notes }, sink, tools),
  );
  return { format, rows: saved.result, bytes: saved.bytes, replaced: saved.replaced };
}

const KINDS: Readonly<Record<TableFormat, TableKind>> = {
  csv: "text",
  jsonl: "JSON lines",
  parquet: "a Parquet file",
  npz: "an archive of arrays",
};
