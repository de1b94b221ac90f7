import { invalidArgument } from "../base/invalid-argument.ts";
import { quantityColumns, valuesAt } from "../replay/look/tabulate.ts";
import type { Run } from "../replay/run/run.ts";
import { noteOf, quantitiesOf, shortNames, type TableOptions } from "../replay/run/run-table.ts";
import { BatchBuilder } from "../table/batch-builder.ts";
import { checkColumnNames, FIXED_COLUMNS } from "../table/names.ts";
import { pulled } from "../table/pulled.ts";
import type { Batch, Column, Table } from "../table/table.ts";
import { paramColumns } from "./param-columns.ts";

/** A run, and the branch that names it. */
export interface BranchedRun {
  readonly run: Run;
  readonly branch: string | undefined;
}

/** What the table is made with. */
export interface RunsSource {
  readonly options: TableOptions<never, never>;
  /** The runs that are being recorded. */
  readonly recording: () => Promise<ReadonlySet<string>>;
}

/**
 * A table with a row for each run: where it is, its seed, its length, what became of it, its params,
 * and the last values of quantities, `x_last` for a quantity `x`.
 */
export async function runsTable(
  runs: readonly BranchedRun[],
  { options, recording }: RunsSource,
): Promise<Table> {
  const { columns: given, every, from, to, ...looking } = options;
  for (const [name, value] of Object.entries({ every, from, to })) {
    if (value === undefined) continue;
    throw invalidArgument(`expected no ${name} for runs, which have one row each`, { name, value });
  }
  const quantities = quantitiesOf(given);
  const names = shortNames(runs.map(({ run }) => run.id));
  const seeds = await Promise.all(runs.map(async ({ run }) => run.seed()));
  // A reader of numbers would round a longer seed.
  const areShort = seeds.every((seed) => seed <= BigInt(Number.MAX_SAFE_INTEGER));
  const fixed = FIXED_COLUMNS.runs.map(
    (name): Column => ({
      name,
      type: name === "steps" || (name === "seed" && areShort) ? "integer" : "text",
      optional: name === "branch" || name === "ensemble" || name === "error",
    }),
  );
  const [first] = runs;
  const own =
    first === undefined
      ? []
      : (await quantityColumns(first.run.replayer, quantities, first.run.steps, looking)).map(
          // As in blocks, so that a join with steps has each name once.
          (column) => ({ ...column, name: `${column.name}_last` }),
        );
  const taken = [...fixed, ...own].map(({ name }) => name);
  const params = paramColumns(
    runs.map(({ run }) => run.params),
    taken,
  );
  const columns = [...fixed, ...params.map(({ column }) => column), ...own];
  checkColumnNames("runs", columns);
  return {
    name: "runs",
    columns,
    notes: {
      runs: await Promise.all(runs.map(({ run }, i) => noteOf(run, names[i] as string))),
    },
    rows: pulled<Batch>(async (take) => {
      const live = await recording();
      const builder = new BatchBuilder(columns);
      for (const [i, { run, branch }] of runs.entries()) {
        const seed = seeds[i] as bigint;
        const status = run.finished ? "finished" : live.has(run.id) ? "recording" : "unfinished";
        const row: Record<(typeof FIXED_COLUMNS.runs)[number], unknown> = {
          ...{ run: names[i], id: run.id, branch, ensemble: undefined },
          ...{ seed: areShort ? Number(seed) : String(seed), steps: run.steps },
          ...{ status, error: undefined },
        };
        const values = [
          ...FIXED_COLUMNS.runs.map((name) => row[name]),
          ...params.map(({ values }) => values[i]),
          ...(await valuesAt(run.replayer, quantities, run.steps, looking)),
        ];
        for (const [c, value] of values.entries()) builder.add[c]?.(value, run.steps);
        builder.endRow();
        looking.onProgress?.({ done: i + 1, total: runs.length });
      }
      await take(builder.take());
    }),
  };
}
