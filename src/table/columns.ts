import { statisticsColumns } from "./moments.ts";
import { flatNames } from "./names.ts";
import type { Column } from "./table.ts";

/** The columns that each table of steps begins with. */
export const STEP_COLUMNS: readonly Column[] = [
  { name: "run", type: "text" },
  { name: "step", type: "integer" },
];

/** The columns that each table of blocks begins with. */
export const BLOCK_COLUMNS: readonly Column[] = [
  { name: "run", type: "text" },
  ...["block", "from", "to"].map((name): Column => ({ name, type: "integer" })),
];

/** The columns that a quantity takes in a table of blocks. */
export function blockColumns(column: Column): Column[] {
  const { name, type, unit } = column;
  if (type === "text") {
    return ["first", "last"].map((end) => ({ name: `${name}_${end}`, type: "text" }));
  }
  return flatNames(column).flatMap((each) => statisticsColumns(each, unit));
}
