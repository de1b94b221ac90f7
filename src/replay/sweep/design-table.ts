import { isRewindError, RewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";

/** A row of a design file: its values in the order of the columns, and where it stands. */
export interface DesignRow {
  readonly values: readonly unknown[];
  /** The seed of the run, if the file has a column for it. */
  readonly seed?: bigint | undefined;
  /** The number of the repetition, if the file has a column for it. */
  readonly replicate?: number | undefined;
  readonly place: Place;
}

/** A place in a design file. */
export interface Place {
  /** The line of a CSV file, from 1. */
  readonly line?: number;
  /** The index of a row in a JSON file. */
  readonly row?: number;
  readonly column?: string;
}

/** The rows of a design file. Its errors name the file, the row and the column. */
export class DesignTable {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly DesignRow[];

  constructor(file: string, columns: readonly string[], rows: readonly DesignRow[]) {
    this.file = file;
    this.columns = columns;
    this.rows = rows;
  }

  /** What `read` gives. Its error is of a place in the file. */
  at<T>(place: Place, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!isRewindError(error)) throw error;
      throw withData(error, {}, `${placeText(this.file, place)}: ${error.message}`);
    }
  }

  /** The error for two rows that are the same run. */
  equalRows(a: number, b: number): RewindError {
    const [first, second] = [this.rows[a]?.place ?? {}, this.rows[b]?.place ?? {}];
    const other = placeText("", first).replace(/^, /, "");
    const problem = invalidDesign(this.file, second, `the same run as ${other}`);
    return withData(problem, { equal: [a, b] });
  }
}

/** The error of a place in a design file. */
export function invalidDesign(file: string, place: Place, problem: string): RewindError {
  const message = `${placeText(file, place)}: ${problem}`;
  return new RewindError("INVALID_DESIGN", message, { file, ...place });
}

function placeText(file: string, { line, row, column }: Place): string {
  const parts = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(row === undefined ? [] : [`row ${row}`]),
    ...(column === undefined ? [] : [`column ${column}`]),
  ];
  return [file, ...parts].join(", ");
}
