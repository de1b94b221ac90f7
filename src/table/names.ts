import { invalidArgument } from "../base/invalid-argument.ts";
import type { Column } from "./table.ts";

/** The most numbers of a vector. */
export const WIDEST_VECTOR = 16;

/** The columns that each table begins with. An observer cannot have one of these names. */
export const FIXED_COLUMNS = {
  runs: ["run", "id", "branch", "ensemble", "seed", "steps", "status", "error"],
  blocks: ["run", "block", "from", "to"],
  steps: ["run", "step"],
} as const;

/** The name of a table. */
export type TableName = keyof typeof FIXED_COLUMNS;

export const TABLE_NAMES: readonly TableName[] = Object.keys(FIXED_COLUMNS) as TableName[];

/** The names of a column in a format without vectors: `position[0]`, `position[1]`. */
export function flatNames({ name, type, width = 0 }: Column): string[] {
  if (type !== "vector") return [name];
  return Array.from({ length: width }, (_, i) => `${name}[${i}]`);
}

/** Throws INVALID_ARGUMENT if a table would have two columns of one name, or one without a name. */
export function checkColumnNames(table: TableName, columns: readonly Column[]): void {
  const fixed: readonly string[] = FIXED_COLUMNS[table];
  const taken = new Set<string>();
  for (const [i, column] of columns.entries()) {
    // A vector takes its own name as well: some formats write it as one column.
    for (const name of new Set([column.name, ...flatNames(column)])) {
      if (name === "")
        throw invalidArgument("expected each column to have a name, got an empty one");
      if (taken.has(name)) {
        const isFixed = fixed.includes(name) && i >= fixed.length;
        const why = isFixed ? `${table} has that column already` : "there are two of that name";
        throw invalidArgument(`expected another name than ${JSON.stringify(name)}: ${why}`, {
          name,
        });
      }
      taken.add(name);
    }
  }
}
