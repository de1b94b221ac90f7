/** The kind of a column's values. A vector has `width` numbers in each row. */
export type ColumnType = "integer" | "number" | "boolean" | "text" | "vector";

/** A named quantity of a table. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** How many numbers a vector has; undefined for other types. */
  readonly width?: number | undefined;
  /** Whether a row may have no value here. */
  readonly optional?: boolean | undefined;
  /** The unit of the values, such as `m`. */
  readonly unit?: string | undefined;
  /** The name for people, such as `Position`. */
  readonly title?: string | undefined;
}

/**
 * The values of one column in a batch, row after row: numbers and whole numbers in a Float64Array,
 * as are the `width` numbers of each vector; 1 and 0 for true and false; texts in an array.
 */
export type Values = Float64Array | Uint8Array | readonly string[];

/** One column of a batch. */
export interface BatchColumn {
  readonly values: Values;
  /** 1 for each row without a value; undefined if every row has one. */
  readonly missing?: Uint8Array | undefined;
}

/** Some rows of a table, column by column, in the order of the table's columns. */
export interface Batch {
  readonly rows: number;
  readonly columns: readonly BatchColumn[];
}

/** How a series was thinned: every `every`-th row and the last was kept, `kept` of `of` rows. */
export interface Thinning {
  readonly every: number;
  readonly kept: number;
  readonly of: number;
}

/** What a table is about. The formats that have a place for it keep it with the rows. */
export interface TableNotes {
  /** The runs of its rows, as JSON can carry them. */
  readonly runs?: readonly Readonly<Record<string, unknown>>[] | undefined;
  /** Undefined if no row was left out. */
  readonly thinning?: Thinning | undefined;
  /** The version of rewind that made it. */
  readonly version?: string | undefined;
}

/**
 * A table: its columns, and its rows in batches, which are computed while they are read.
 *
 * @example
 * ```ts
 * const table = await run.table("steps", { columns: { x: (state) => state }, every: 1000 });
 * for await (const { columns } of table.rows) columns[2].values; // a Float64Array
 * ```
 */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly notes: TableNotes;
  readonly rows: AsyncIterable<Batch>;
}

/** Where a writer of a table puts its bytes. It must not keep them: they are reused. */
export interface Sink {
  write(bytes: Uint8Array): void | Promise<void>;
}

/** A place for bytes that are read back once all are known. */
export interface Scratch extends Sink {
  /** All bytes written so far, from the first. */
  read(): AsyncIterable<Uint8Array>;
  remove(): void | Promise<void>;
}

/** What writers need from outside. */
export interface TableTools {
  /** The CRC-32 of zip files, continued from `start`. */
  readonly crc32: (bytes: Uint8Array, start?: number) => number;
  scratch(): Scratch | Promise<Scratch>;
}

/** Writes a table to a sink. Returns the number of rows. */
export type WriteTable = (table: Table, sink: Sink, tools: TableTools) => Promise<number>;
