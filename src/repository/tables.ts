import { either } from "../base/either.ts";
import { invalidArgument, unexpectedArgument } from "../base/invalid-argument.ts";
import { checkKind, checkOptionsOf, type OptionKinds } from "../base/options.ts";
import type { Branch } from "../history/branches.ts";
import type { Replaying } from "../node/program/project-code.ts";
import type { Run } from "../replay/run/run.ts";
import { runTable, TABLE_OPTIONS, type TableOptions } from "../replay/run/run-table.ts";
import { HEADS } from "../store/ref-name.ts";
import { TABLE_NAMES, type TableName } from "../table/names.ts";
import type { Table } from "../table/table.ts";
import { type RunsSource, runsTable } from "./runs-table.ts";

/** What a table over the runs of a repository has. */
export interface RepositoryTableOptions<S = unknown, P = Record<string, unknown>>
  extends TableOptions<S, P> {
  /** The code that replays the runs, as for `revision`. */
  readonly program?: Replaying | undefined;
}

const OPTIONS: OptionKinds<RepositoryTableOptions<never, never>> = {
  ...TABLE_OPTIONS,
  program: "text",
};

/** What a table of a repository is made with. */
export interface TableSource extends CheckedTable, RunsSource {
  readonly branches: () => Promise<readonly Branch[]>;
  /** The run that a revision or a range names. */
  readonly read: (text: string) => Promise<NamedSteps>;
}

/** What a caller asks for. */
export interface CheckedTable {
  readonly revisions: readonly string[] | undefined;
  readonly options: TableOptions<never, never>;
}

/** Checks what a caller gives. Throws INVALID_ARGUMENT. */
export function checkedTable(
  revisions: string | readonly string[] | undefined,
  given: RepositoryTableOptions<never, never>,
): CheckedTable {
  const { program: _, ...options } = checkOptionsOf(given, OPTIONS);
  if (revisions !== undefined) checkKind(revisions, "revisions", ["text", "texts"]);
  return { revisions: revisions === undefined ? undefined : [revisions].flat(), options };
}

/** A run as a revision named it. */
export interface NamedSteps {
  readonly run: Run;
  readonly ref: string | undefined;
  readonly step?: number | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** A table over the runs that revisions name. Throws INVALID_ARGUMENT. */
export async function tableOf(name: TableName, source: TableSource): Promise<Table> {
  if (!TABLE_NAMES.includes(name)) throw unexpectedArgument("the table", either(TABLE_NAMES), name);
  if (name === "runs") return runsTable(await runsOf(source), source);
  const runs: NamedSteps[] = [];
  for (const text of source.revisions ?? ["HEAD"]) runs.push(await readSteps(text, source));
  return runTable(name, runs, source.options);
}

/** Each run once, under the first name that it was given. */
async function runsOf(
  source: TableSource,
): Promise<{ readonly run: Run; readonly branch: string | undefined }[]> {
  const branches = await source.branches();
  const found = new Map<string, { readonly run: Run; readonly branch: string | undefined }>();
  for (const text of source.revisions ?? branches.map((branch) => branch.name)) {
    const { run, ref } = await readSteps(text, source);
    if (found.has(run.id)) continue;
    const branch = ref?.startsWith(HEADS)
      ? ref.slice(HEADS.length)
      : branches.find((each) => each.run === run.id)?.name;
    found.set(run.id, { run, branch });
  }
  return [...found.values()];
}

async function readSteps(text: string, { read }: TableSource): Promise<NamedSteps> {
  const named = await read(text);
  // A single step would be ignored, which answers another question.
  if (named.step === undefined) return named;
  throw invalidArgument(`expected a run or a range of its steps, got one step, ${text}`, {
    revision: text,
    hint: "a range is main@100..@200",
  });
}
