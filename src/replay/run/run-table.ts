import { checkInteger } from "../../base/checks.ts";
import { either } from "../../base/either.ts";
import { invalidArgument, unexpectedArgument } from "../../base/invalid-argument.ts";
import { checkKind, checkOptionsOf, type OptionKinds } from "../../base/options.ts";
import { toJson } from "../../codec/json/write.ts";
import { BLOCK_COLUMNS, blockColumns, STEP_COLUMNS } from "../../table/columns.ts";
import { checkColumnNames, type TableName } from "../../table/names.ts";
import { pulled } from "../../table/pulled.ts";
import type { Batch, Table, Thinning } from "../../table/table.ts";
import { jointProgress } from "../drive.ts";
import { type Look, RANGE_OPTIONS, type RangeOptions, rangeOf } from "../look/look.ts";
import type { StepRange } from "../look/scan.ts";
import { blockRows, type Quantity, quantityColumns, stepRows } from "../look/tabulate.ts";
import type { RecordedRun } from "./recorded-run.ts";

/** A quantity for a table, with what is known of it. */
export interface Quantified<S = unknown, P = Record<string, unknown>> {
  /** Gives the value at each state: a number, up to 16 numbers, true or false, or a text. */
  readonly value: Look<S, P>;
  /** The unit of the values, such as `m`. */
  readonly unit?: string | undefined;
  /** The name for people. */
  readonly title?: string | undefined;
}

/** What a table of runs has, and which steps. */
export interface TableOptions<S = unknown, P = Record<string, unknown>> extends RangeOptions {
  /** The quantities, by the names of their columns. */
  readonly columns?: Readonly<Record<string, Look<S, P> | Quantified<S, P>>> | undefined;
  /** In a table of steps: every how many steps there is a row; 1 unless given. The last step has one. */
  readonly every?: number | undefined;
}

/** What those may be. */
export const TABLE_OPTIONS: OptionKinds<TableOptions<never, never>> = {
  ...RANGE_OPTIONS,
  columns: "object",
  every: "any",
};

/** A run for a table, and its steps there. */
export interface TableRun {
  readonly run: RecordedRun<object>;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The tables that replay a run. */
export type ReplayedTable = Exclude<TableName, "runs">;

const REPLAYED: readonly ReplayedTable[] = ["blocks", "steps"];

/**
 * A table of the steps or of the blocks of runs. The kinds of its columns are those of the values at
 * the first step, which this reads. Throws INVALID_ARGUMENT and FUNCTION_FAILED.
 */
export async function runTable(
  name: ReplayedTable,
  runs: readonly TableRun[],
  options: TableOptions<never, never>,
): Promise<Table> {
  if (!REPLAYED.includes(name)) throw unexpectedArgument("the table", either(REPLAYED), name);
  const { columns, every = 1, ...looking } = checkOptionsOf(options, TABLE_OPTIONS);
  checkInteger(every, "every", 1);
  if (name === "blocks" && every !== 1) {
    throw invalidArgument("expected no every for blocks, which have one row each", { every });
  }
  const quantities = quantitiesOf(columns);
  const names = shortNames(runs.map(({ run }) => run.id));
  const parts = runs.map(({ run, ...own }, i) => ({
    run,
    name: names[i] as string,
    // Steps of a run that are named beat those of all runs.
    ...rangeOf(run.replayer, {
      from: own.from ?? looking.from,
      to: own.to ?? looking.to,
    }),
  }));
  const [first] = parts;
  const own =
    first === undefined
      ? []
      : await quantityColumns(first.run.replayer, quantities, first.from, looking);
  const all =
    name === "steps" ? [...STEP_COLUMNS, ...own] : [...BLOCK_COLUMNS, ...own.flatMap(blockColumns)];
  checkColumnNames(name, all);
  return {
    name,
    columns: all,
    notes: {
      runs: await Promise.all(parts.map(({ run, name }) => noteOf(run, name))),
      thinning: thinningOf(parts, every),
    },
    rows: pulled<Batch>(async (take) => {
      const totals = parts.map(({ from, to }) => to - from);
      const onEach = jointProgress(totals, looking.onProgress);
      for (const [i, { run, name: short, from, to }] of parts.entries()) {
        const progress = { ...looking, onProgress: looking.onProgress && onEach[i] };
        const reading = { run: short, quantities, columns: own, from, to, options: progress };
        if (name === "steps") await stepRows(run.replayer, { ...reading, every }, take);
        else await blockRows(run.replayer, reading, take);
      }
    }),
  };
}

/** The quantities that a caller gives. Throws INVALID_ARGUMENT. */
export function quantitiesOf(columns: TableOptions<never, never>["columns"] = {}): Quantity[] {
  return Object.entries(columns).map(([name, given]) => {
    if (typeof given === "function") return { name, look: given as unknown as Look };
    checkOptionsOf(given, { value: "function", unit: "text", title: "text" });
    checkKind(given.value, `the value of ${name}`, "function");
    return { name, look: given.value as unknown as Look, unit: given.unit, title: given.title };
  });
}

/** The first digits of each id, at least 12, that no other run begins with. */
export function shortNames(ids: readonly string[]): string[] {
  const different = new Set(ids);
  let digits = 12;
  while (new Set([...different].map((id) => id.slice(0, digits))).size < different.size) digits++;
  return ids.map((id) => id.slice(0, digits));
}

/** A run as the notes of a table describe it. */
export async function noteOf(
  run: RecordedRun<object>,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  return {
    run: name,
    id: run.id,
    seed: String(await run.seed()),
    steps: run.steps,
    params: toJson(run.params),
  };
}

/** Undefined if every step has a row. */
function thinningOf(ranges: readonly StepRange[], every: number): Thinning | undefined {
  if (every === 1) return undefined;
  let [kept, of] = [0, 0];
  for (const { from, to } of ranges) {
    kept += 1 + Math.ceil((to - from) / every);
    of += to - from + 1;
  }
  return kept === of ? undefined : { every, kept, of };
}
