import type { Table } from "./table.ts";

/** What a table is about, by the keys under which a Parquet file has it, each as JSON. */
export function noteTexts({ name, columns, notes }: Table): Record<string, string> {
  const about = columns
    .filter(({ unit, title }) => unit !== undefined || title !== undefined)
    .map(({ name, unit, title }) => [name, { unit, title }]);
  const all: Record<string, unknown> = {
    table: name,
    version: notes.version,
    runs: notes.runs,
    columns: about.length > 0 ? Object.fromEntries(about) : undefined,
    thinning: notes.thinning,
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** The same as one JSON object. */
export function notesJson(table: Table): string {
  const { version, runs, thinning } = table.notes;
  const { columns } = noteTexts(table);
  return JSON.stringify({
    table: table.name,
    version,
    runs,
    columns: columns === undefined ? undefined : JSON.parse(columns),
    thinning,
  });
}
