import { isRewindError } from "../../base/errors.ts";
import { withData } from "../../base/with-data.ts";
import { parseRange } from "../../history/revision.ts";
import type { Look } from "../../replay/look/look.ts";
import type { Repository } from "../../repository.ts";
import { type Expression, parseExpression } from "./expression.ts";
import { missingField } from "./missing-field.ts";
import { quoted } from "./quoted.ts";
import { usageError } from "./usage-error.ts";

/** A column of the command line: `NAME=EXPRESSION`, or an expression, which then is the name. */
export interface ColumnArgument extends Expression {
  readonly name: string;
}

/** The words of a command line that makes a table. */
export interface TableWords {
  readonly revisions: readonly string[];
  readonly columns: readonly ColumnArgument[];
}

/**
 * Tells revisions from columns. What names a run is a revision; anything else is a column if it has
 * the form `NAME=EXPRESSION` or reads the state, the step or the params. Throws USAGE.
 */
export async function tableWords(repo: Repository, words: readonly string[]): Promise<TableWords> {
  const revisions: string[] = [];
  const columns: ColumnArgument[] = [];
  for (const word of words) {
    if ((await namesRun(repo, word)) || !isColumn(word)) revisions.push(word);
    else columns.push(columnOf(word));
  }
  const twice = columns.find(({ name }, i) => columns.findIndex((c) => c.name === name) !== i);
  if (twice !== undefined) {
    throw usageError(
      `expected each column once, got ${JSON.stringify(twice.name)} twice`,
      "give one of them another name: NAME='EXPRESSION'",
    );
  }
  return { revisions, columns };
}

/** The columns as the library takes them. */
export function columnOptions(columns: readonly ColumnArgument[]): {
  readonly columns: Readonly<Record<string, Look>> | undefined;
  readonly previous: boolean;
} {
  const previous = columns.some((column) => column.previous);
  return {
    columns:
      columns.length === 0
        ? undefined
        : Object.fromEntries(columns.map(({ name, look }) => [name, look])),
    previous,
  };
}

async function namesRun(repo: Repository, word: string): Promise<boolean> {
  try {
    if (parseRange(word) === undefined) await repo.resolve(word);
    else await repo.range(word);
    return true;
  } catch (error) {
    if (isRewindError(error)) return false;
    throw error;
  }
}

const NAMED = /^\s*([\p{ID_Start}_$][\p{ID_Continue}$]*)\s*=(?![=>])(.*)$/su;

function isColumn(word: string): boolean {
  return NAMED.test(word) || /(?<![\w$-])(?:state|step|params|previous)(?![\w$-])/.test(word);
}

function columnOf(word: string): ColumnArgument {
  const [, name = word, text = word] = NAMED.exec(word) ?? [];
  return { ...parseExpression(text, asArguments), name };
}

function asArguments(expressions: readonly string[]): string {
  return `give each as a separate argument: ${expressions.map(quoted).join(" ")}`;
}

/** The error with a hint, if its column reads a field that the state does not have. */
export async function explainedColumn(
  error: unknown,
  repo: Repository,
  { revisions, columns }: TableWords,
): Promise<unknown> {
  if (!isRewindError(error, "FUNCTION_FAILED") || error.data.step === undefined) return error;
  const { column: name, step } = error.data;
  const column = columns.find((each) => each.name === name);
  if (column === undefined) return error;
  // The failure itself is reported, even if the state cannot be read.
  const hint = await hintFor(repo, revisions[0] ?? "HEAD", column, step).catch(() => undefined);
  return hint === undefined ? error : withData(error, { hint });
}

async function hintFor(
  repo: Repository,
  revision: string,
  { text }: ColumnArgument,
  step: number,
): Promise<string | undefined> {
  const { run } =
    parseRange(revision) === undefined ? await repo.revision(revision) : await repo.range(revision);
  return missingField(run, text, [step]);
}
