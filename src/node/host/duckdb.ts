import { RewindError } from "../../base/errors.ts";
import { messageOf } from "../../base/reason.ts";

/** The package of DuckDB, which a user installs who wants SQL. */
export const DUCKDB = "@duckdb/node-api";

/** A database in memory. */
export interface Database {
  /** Throws the error with which DuckDB refuses the statements, if it does. Runs nothing. */
  check(sql: string): Promise<void>;
  /** Runs statements, and reads the result of the last one. */
  query(sql: string): Promise<QueryResult>;
  /** Makes the query that runs now fail. */
  interrupt(): void;
  close(): void;
}

/** The rows of a result. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly QueryValue[])[];
}

/** What has no form in JavaScript, such as a date or a list, is a text. */
export type QueryValue = number | bigint | boolean | string | null;

/** The part of the package that is used here. */
interface Package {
  readonly DuckDBInstance: {
    create(path: string): Promise<{ connect(): Promise<Connection>; closeSync(): void }>;
  };
}

interface Connection {
  extractStatements(sql: string): Promise<{
    readonly count: number;
    prepare(index: number): Promise<{ destroySync(): void }>;
  }>;
  runAndReadAll(sql: string): Promise<{
    deduplicatedColumnNames(): readonly string[];
    getRows(): readonly (readonly unknown[])[];
  }>;
  interrupt(): void;
  closeSync(): void;
}

/**
 * Opens a database of DuckDB in memory; undefined if the package is not installed beside this one. It
 * is never taken from the project, which may be a stranger's. Throws PACKAGE_MISSING if it is
 * installed and cannot be loaded.
 */
export async function openDuckDb(
  load: () => Promise<unknown> = () => import(DUCKDB),
): Promise<Database | undefined> {
  const loaded = await load().catch((cause: unknown) => {
    if ((cause as { readonly code?: unknown }).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw new RewindError(
      "PACKAGE_MISSING",
      `cannot load ${DUCKDB}: ${messageOf(cause)}`,
      { name: DUCKDB },
      { cause },
    );
  });
  if (loaded === undefined) return undefined;
  const instance = await (loaded as Package).DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  return {
    async check(sql) {
      const statements = await connection.extractStatements(sql);
      for (let i = 0; i < statements.count; i++) (await statements.prepare(i)).destroySync();
    },
    async query(sql) {
      const result = await connection.runAndReadAll(sql);
      return {
        columns: result.deduplicatedColumnNames(),
        rows: result.getRows().map((row) => row.map(plainValue)),
      };
    },
    interrupt: () => connection.interrupt(),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function plainValue(value: unknown): QueryValue {
  switch (typeof value) {
    case "number":
    case "bigint":
    case "boolean":
    case "string":
      return value;
    default:
      return value === null || value === undefined ? null : String(value);
  }
}
