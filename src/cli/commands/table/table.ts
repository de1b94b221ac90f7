import { count } from "../../../base/count.ts";
import { toJson } from "../../../codec/json/write.ts";
import { shortId } from "../../../object/id.ts";
import type { Ensemble, EnsembleRun } from "../../../repository.ts";
import { type Command, type Context, command, STATUS } from "../../command.ts";
import { optionalCount } from "../../input/parse.ts";
import { usageError } from "../../input/usage-error.ts";
import { valueText } from "../../show/value-text.ts";
import { cutLine, table as tableText } from "../../terminal/text.ts";
import { ensembleData, listEnsembles, standingText } from "./ensembles.ts";
import { sorted } from "./order.ts";

/** The most runs that are printed unless -n says otherwise. */
const MOST_ROWS = 50;
/** The most letters of the error of a run. */
const LONGEST_ERROR = 60;

export const table: Command = command({
  positionals: { name: { type: "string", completes: "ensemble", without: "lists the ensembles" } },
  describe:
    "Lists the runs of an ensemble, one line each: its params, its seed, how far it is, and why it failed.\nThe number of a run names it: grid:17 is run 17 of grid. Without a name lists the ensembles.",
  options: {
    sort: {
      describe: "by a column: a param, seed, steps, status or run; :desc turns it round",
      type: "string",
      value: "COLUMN",
    },
    limit: {
      alias: "n",
      describe: "list at most N runs; 50 by default",
      type: "string",
      value: "N",
    },
  },
  examples: [
    ["table", "list the ensembles"],
    ["table grid", "the first 50 runs of grid"],
    ["table grid --sort beta:desc -n 10", "the ten with the largest beta"],
    ["table grid --sort status", "failed runs first"],
  ],
  keys: {
    table: [
      { ensembles: ["ensemble", "id", "runs", "steps", "done", "failed", "time", "message"] },
    ],
    "table NAME": [
      ...["ensemble", "id", "runs", "steps", "done", "failed", "time", "message", "seed", "params"],
      "columns",
      { rows: ["run", "params", "seed", "replicate", "status", "steps", "id", "error"] },
    ],
  },
  async run({ name, sort, limit }, context) {
    const stray = sort !== undefined ? "--sort" : limit !== undefined ? "-n" : undefined;
    if (name === undefined && stray !== undefined)
      throw usageError(`expected the name of an ensemble with ${stray}`);
    if (name === undefined) return listEnsembles(context);
    return printTable(name, sort, optionalCount(limit, "-n"), context);
  },
});

async function printTable(
  name: string,
  sort: string | undefined,
  limit: number | undefined,
  { out, open }: Context,
): Promise<number> {
  const repo = await open();
  const ensemble = await repo.ensemble(name);
  const { columns } = ensemble;
  const rows = sorted(await ensemble.rows(), columns, sort);
  const shown = rows.slice(0, limit ?? (out.json ? rows.length : MOST_ROWS));
  const data = {
    ...ensembleData(ensemble),
    seed: toJson(ensemble.seed),
    params: toJson(await ensemble.params()),
    columns,
    rows: shown.map(rowData),
  };
  out.result(data, () => {
    const more = rows.length - shown.length;
    return [
      standingText(ensemble),
      ...(shown.length === 0 ? [] : [rowsText(shown, ensemble)]),
      ...(more > 0
        ? [out.style("dim", `… and ${count(more)} more: -n ${rows.length} lists all`)]
        : []),
    ].join("\n");
  });
  return STATUS.ok;
}

/** A run, ready for JSON. */
function rowData({ number, params, seed, replicate, status, steps, id, error }: EnsembleRun) {
  return {
    ...{ run: number, params: toJson(params), seed: toJson(seed), replicate: replicate ?? null },
    ...{ status, steps, id: id ?? null, error: error ?? null },
  };
}

function rowsText(rows: readonly EnsembleRun[], { columns }: Ensemble): string {
  const head = ["run", ...columns, "seed", "steps", "status", "id"];
  const lines = rows.map(({ number, params, seed, steps, status, id, error }) => [
    String(number),
    ...columns.map((column) => valueText(params[column])),
    String(seed),
    count(steps),
    status,
    id === undefined ? "" : shortId(id),
    error === undefined ? "" : cutLine(error.message, LONGEST_ERROR),
  ]);
  const right = Array.from({ length: columns.length + 3 }, (_, i) => i);
  return tableText([head, ...lines], right);
}
