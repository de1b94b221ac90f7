import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { RewindError } from "../base/errors.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import { someOf } from "../base/some-of.ts";
import { type Database, DUCKDB, openDuckDb, type QueryValue } from "../node/host/duckdb.ts";
import { tableFromRows } from "../table/from-rows.ts";
import { flatNames, TABLE_NAMES, type TableName } from "../table/names.ts";
import type { Table } from "../table/table.ts";
import { writeTableFile } from "./export-table.ts";

/** The result of a query. */
export interface SqlResult {
  readonly columns: readonly string[];
  /** Numbers, bigints, truths, texts, and null; a date, a list and the like are texts. */
  readonly rows: readonly (readonly QueryValue[])[];
  /** The same as a table, for `exportTable`. */
  readonly table: Table;
}

/** Makes the tables for a query. */
export interface SqlTables {
  table(name: TableName): Promise<Table>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a query of DuckDB over the tables that it names, which it finds as Parquet files in a private
 * folder. Without DuckDB the files stay, and PACKAGE_MISSING says where they are.
 */
export async function runSql(
  query: string,
  { table, signal }: SqlTables,
  open: () => Promise<Database | undefined> = openDuckDb,
): Promise<SqlResult> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rewind-sql-"));
  let keeps = false;
  const made: Table[] = [];
  const write = async (name: TableName): Promise<string> => {
    const file = path.join(folder, `${name}.parquet`);
    const each = await table(name);
    checkCase(each);
    await writeTableFile(each, file);
    made.push(each);
    return file;
  };
  let database: Database | undefined;
  const interrupt = (): void => database?.interrupt();
  try {
    database = await open();
    if (database === undefined) {
      const files: string[] = [];
      for (const name of TABLE_NAMES) if (mentions(query, name)) files.push(await write(name));
      keeps = true;
      throw new RewindError("PACKAGE_MISSING", `SQL needs the package ${DUCKDB}`, {
        name: DUCKDB,
        files,
      });
    }
    const viewed = new Set<TableName>();
    for (let next: TableName | undefined = "runs"; next !== undefined; ) {
      const file = await write(next);
      await database.query(`CREATE VIEW ${next} AS SELECT * FROM read_parquet(${literal(file)})`);
      viewed.add(next);
      next = await missingTable(query, database, viewed);
    }
    signal?.addEventListener("abort", interrupt);
    const { columns, rows } = await database.query(query).catch((cause: unknown) => {
      if (signal?.aborted) throw new RewindError("INTERRUPTED", "interrupted");
      throw refused(query, cause, made);
    });
    return { columns, rows, table: tableFromRows("query", columns, rows) };
  } finally {
    signal?.removeEventListener("abort", interrupt);
    database?.close();
    if (!keeps) fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The table that a query names and that is not there yet. Nothing of the query runs. */
async function missingTable(
  query: string,
  database: Database,
  viewed: ReadonlySet<TableName>,
): Promise<TableName | undefined> {
  // What DuckDB says if it can prepare the query but for a table.
  const reason = await database.check(query).then(() => "", messageOfDuckDb);
  const named = /Table with name "?(\w+)"? does not exist/i.exec(reason)?.[1]?.toLowerCase();
  return TABLE_NAMES.find((name) => name === named && !viewed.has(name));
}

/** INVALID_ARGUMENT for a query that DuckDB refuses, with the columns of the tables. */
function refused(query: string, cause: unknown, made: readonly Table[]): RewindError {
  const tables = made.map(
    ({ name, columns }) => `${name} has ${someOf(columns.flatMap(flatNames))}`,
  );
  return invalidArgument(
    `DuckDB refuses the query: ${messageOfDuckDb(cause)}`,
    { query, hint: tables.join("; ") },
    { cause },
  );
}

/** All lines: the last ones point at the place in the query. */
function messageOfDuckDb(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.trim().replace(/\n\s*\n/g, "\n");
}

function mentions(query: string, name: TableName): boolean {
  return name === "runs" || new RegExp(`\\b${name}\\b`, "i").test(query);
}

/** A text of SQL. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** DuckDB does not tell capital letters from small ones in names, and would rename a column. */
function checkCase({ name: table, columns }: Table): void {
  const seen = new Map<string, string>();
  for (const name of columns.flatMap(flatNames)) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw invalidArgument(
        `expected names of columns that differ in more than capital letters, ${table} has ${other} and ${name}`,
        { name, hint: "export the table, and name the columns in your own query" },
      );
    }
    seen.set(name.toLowerCase(), name);
  }
}
