import path from "node:path";
import { plural } from "../../base/count.ts";
import { toJson } from "../../codec/json/write.ts";
import { exportTable, type SqlResult } from "../../index.ts";
import { formatOf } from "../../repository/export-table.ts";
import { type Command, command, STATUS } from "../command.ts";
import { columnOptions, explainedColumn, tableWords } from "../input/columns.ts";
import { readEvery, TABLE_OPTIONS, withEnds } from "../input/table-options.ts";
import { PROGRAM_OPTION, TRUST_OPTION } from "../options.ts";
import { noteReplaced } from "../show/replaced.ts";
import { size, table } from "../terminal/text.ts";

export const sql: Command = command({
  positionals: {
    query: { type: "string", demandOption: true },
    revision: { type: "string", array: true, completes: "revision", without: "all or HEAD's" },
  },
  describe:
    "Answers a query of DuckDB over the tables runs, blocks and steps. Arguments after the query are runs and\ncolumns, as those of export. Without either, the table runs has the runs of all branches; otherwise all three\ntables are of the runs that are named, or of HEAD. Needs the package @duckdb/node-api, which you install.\nThe query is your code: DuckDB reads and writes the files that it names.",
  options: {
    ...TABLE_OPTIONS,
    program: PROGRAM_OPTION,
    trust: TRUST_OPTION,
    output: {
      alias: "o",
      describe: "write the result to this file, .csv, .parquet, .jsonl or .npz",
      type: "string",
      value: "FILE",
      completes: "files",
    },
  },
  examples: [
    ['sql "select branch, seed, steps from runs"', "the runs of all branches"],
    ['sql "select max(x) from steps" main x=state.x', "over every step of a run"],
    [
      'sql "select run, avg(x) from steps group by run" main fix x=state.x --every 10',
      "of two runs, over every 10th step",
    ],
  ],
  keys: {
    sql: ["columns", "rows"],
    "sql -o": ["file", "format", "rows", "bytes", "columns"],
  },
  async run(args, { out, cwd, open, long }) {
    const { query, output: file, program } = args;
    if (file !== undefined) formatOf(file);
    const every = readEvery(args.every);
    const repo = await open({ trust: args.trust });
    const words = await tableWords(repo, args.revision ?? []);
    const { columns } = words;
    const revisions = await withEnds(repo, words.revisions, args);
    const options = { ...long("replaying"), ...columnOptions(columns), every, program };
    try {
      const result = await repo.sql(query, revisions.length > 0 ? revisions : undefined, options);
      if (file === undefined) {
        out.result(
          () => ({ columns: result.columns, rows: rowsJson(result) }),
          () => resultText(result),
        );
        return STATUS.ok;
      }
      const saved = await exportTable(result.table, path.resolve(cwd, file));
      const { rows, bytes, format, replaced } = saved;
      noteReplaced(out, file, replaced);
      out.done(
        { file, format, rows, bytes, columns: result.columns },
        () => `wrote ${plural(rows, "row")} to ${file}, ${size(bytes)}`,
      );
      return STATUS.ok;
    } catch (error) {
      throw await explainedColumn(error, repo, { revisions, columns });
    }
  },
});

/** Objects by the names of the columns. A whole number that JSON would round is a `$bigint`. */
function rowsJson({ columns, rows }: SqlResult): unknown {
  return rows.map((row) =>
    Object.fromEntries(row.map((value, i) => [columns[i], toJson(exact(value))])),
  );
}

function exact(value: SqlResult["rows"][number][number]): unknown {
  const isShort = typeof value === "bigint" && Number.isSafeInteger(Number(value));
  return isShort ? Number(value) : value;
}

function resultText({ columns, rows }: SqlResult): string {
  const right = columns.flatMap((_, i) =>
    rows.every((row) => ["number", "bigint"].includes(typeof row[i]) || row[i] === null) ? [i] : [],
  );
  const texts = rows.map((row) => row.map((value) => (value === null ? "NULL" : String(value))));
  return [table([columns, ...texts], right), plural(rows.length, "row")].join("\n");
}
