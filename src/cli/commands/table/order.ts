import type { EnsembleRun } from "../../../repository.ts";
import { usageError } from "../../input/usage-error.ts";

/** Columns that every table of runs has. */
const OWN: Readonly<Record<string, (run: EnsembleRun) => unknown>> = {
  run: ({ number }) => number,
  seed: ({ seed }) => seed,
  steps: ({ steps }) => steps,
  status: ({ status }) => STATUSES.indexOf(status),
  id: ({ id }) => id,
};

/** In the order in which they are sorted: what needs a look comes first. */
const STATUSES: readonly EnsembleRun["status"][] = ["failed", "unfinished", "waiting", "done"];

/**
 * The runs in the order of `beta`, `beta:desc` or `seed`; equal ones stay in the order of the design.
 * Throws USAGE for a column that the table lacks.
 */
export function sorted(
  rows: readonly EnsembleRun[],
  columns: readonly string[],
  order: string | undefined,
): readonly EnsembleRun[] {
  if (order === undefined) return rows;
  const [, column = "", way] = /^(.*?)(?::(asc|desc))?$/s.exec(order) ?? [];
  const own = Object.hasOwn(OWN, column) ? OWN[column] : undefined;
  if (!columns.includes(column) && own === undefined) {
    const known = [...new Set([...columns, ...Object.keys(OWN)])].join(", ");
    throw usageError(`expected --sort by one of ${known}, got ${JSON.stringify(column)}`);
  }
  const valueIn = columns.includes(column) ? (run: EnsembleRun) => run.params[column] : own;
  const sign = way === "desc" ? -1 : 1;
  return rows
    .map((run) => ({ run, value: valueIn?.(run) }))
    .sort((a, b) => sign * compared(a.value, b.value))
    .map(({ run }) => run);
}

/** Numbers before texts, and NaN after every number. */
function compared(a: unknown, b: unknown): number {
  const [first, second] = [a, b].map(isNumber);
  if (first && second) {
    if (Number.isNaN(a) || Number.isNaN(b))
      return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
  }
  if (first || second) return first ? -1 : 1;
  const [left, right] = [a, b].map(String) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}
