import path from "node:path";
import { count, plural } from "../../base/count.ts";
import { exportTable, type Table } from "../../index.ts";
import { formatOf } from "../../repository/export-table.ts";
import { type Command, command, STATUS } from "../command.ts";
import { columnOptions, explainedColumn, tableWords } from "../input/columns.ts";
import { readEvery, TABLE_OPTIONS, withEnds } from "../input/table-options.ts";
import { usageError } from "../input/usage-error.ts";
import { PROGRAM_OPTION, TRUST_OPTION } from "../options.ts";
import { noteReplaced } from "../show/replaced.ts";
import { size } from "../terminal/text.ts";

export const exportCommand: Command = command({
  positionals: {
    revision: { type: "string", array: true, demandOption: true, completes: "revision" },
  },
  describe:
    "Writes a table of runs to a file: .csv, .parquet, .jsonl or .npz. The table steps has a row for each step,\nblocks the statistics of each block, runs a row for each run. Arguments after the runs are columns:\nJavaScript expressions over state, step, params and previous, as 'EXPRESSION' or NAME='EXPRESSION'. Each\ngives a number, up to 16 numbers, true or false, or a text. A run may be a range of its steps.",
  options: {
    table: {
      describe: "the table; steps by default",
      type: "string",
      choices: ["runs", "blocks", "steps"],
    },
    ...TABLE_OPTIONS,
    program: PROGRAM_OPTION,
    trust: TRUST_OPTION,
    output: {
      alias: "o",
      describe: "the file, such as steps.parquet; its ending is its format",
      type: "string",
      value: "FILE",
      completes: "files",
      demandOption: true,
    },
  },
  examples: [
    ["export main state.x -o x.csv", "each step of a run, for a spreadsheet"],
    [
      "export main fix x=state.x --every 100 -o x.parquet",
      "two runs, every 100th step, for pandas",
    ],
    ['export main@90%.. "step % 7" "twice=2 * step" -o end.npz', "arrays for numpy, of the end"],
    [
      "export main state.x --table blocks -o blocks.csv",
      "mean, variance and extremes of each block",
    ],
    ["export main fix --table runs -o runs.csv", "params and seeds of two runs"],
  ],
  keys: { export: ["table", "file", "format", "rows", "bytes", "columns", "thinning"] },
  async run(args, { out, cwd, open, long }) {
    const { table: name = "steps", output: file, program } = args;
    formatOf(file);
    const every = readEvery(args.every);
    checkFits(name, args);
    const repo = await open({ trust: args.trust });
    const [first = "", ...others] = args.revision;
    const words = await tableWords(repo, others);
    const { columns } = words;
    const revisions = await withEnds(repo, [first, ...words.revisions], args);
    const options = { ...long("exporting"), ...columnOptions(columns), every, program };
    try {
      const table = await repo.table(name, revisions, options);
      const { rows, bytes, format, replaced } = await exportTable(table, path.resolve(cwd, file));
      const thinning = table.notes.thinning ?? null;
      noteReplaced(out, file, replaced);
      if (thinning !== null) out.note(thinningText(thinning));
      out.done(
        { table: name, file, format, rows, bytes, columns: namesOf(table), thinning },
        () => `wrote ${plural(rows, "row")} of ${name} to ${file}, ${size(bytes)}`,
      );
      return STATUS.ok;
    } catch (error) {
      throw await explainedColumn(error, repo, { revisions, columns });
    }
  },
});

/** Throws USAGE for options that the table does not have. */
function checkFits(
  table: "runs" | "blocks" | "steps",
  args: Readonly<Record<"every" | "from" | "to", string | undefined>>,
): void {
  const wrong = { steps: [], blocks: ["every"], runs: ["every", "from", "to"] } as const;
  const given = wrong[table].find((option) => args[option] !== undefined);
  if (given === undefined) return;
  throw usageError(`expected no --${given} for ${table}, which have one row each`);
}

function thinningText({ every, kept, of }: NonNullable<Table["notes"]["thinning"]>): string {
  return `${count(kept)} of ${plural(of, "step")} kept: every ${count(every)} steps, and the last`;
}

function namesOf({ columns }: Table): readonly string[] {
  return columns.map(({ name }) => name);
}
