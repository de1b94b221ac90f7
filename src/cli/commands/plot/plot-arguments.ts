import { isRewindError } from "../../../base/errors.ts";
import { withData } from "../../../base/with-data.ts";
import { parseRange } from "../../../history/revision.ts";
import type { Repository } from "../../../repository.ts";
import { quoted } from "../../input/quoted.ts";
import { usageError } from "../../input/usage-error.ts";

/** The arguments of `plot`, taken apart. */
export interface PlotArguments {
  /** At least one. */
  readonly revisions: readonly string[];
  readonly expressions: readonly string[];
}

/**
 * Tells revisions from expressions: the first argument is a revision. Each other one is a revision if
 * it names a run, else an expression if it reads `state`, `step`, `params` or `previous`. These four
 * words alone are always expressions. Throws USAGE, and UNKNOWN_REVISION and the like, which say what
 * an argument was taken as.
 */
export async function plotArguments(
  repo: Repository,
  words: readonly string[],
): Promise<PlotArguments> {
  const revisions: string[] = [];
  const expressions: string[] = [];
  for (const [i, word] of words.entries()) {
    const error = NAMES.test(word) ? undefined : await unlessRun(repo, word);
    const isRun = !NAMES.test(word) && error === undefined;
    if (isRun) revisions.push(word);
    else if (!READS.test(word)) throw takenAsRevision(error, i);
    else if (i === 0) throw noRun(word, words);
    else expressions.push(word);
  }
  return { revisions, expressions };
}

/** What an expression reads; alone, it is one. */
const NAMES = /^(?:state|step|params|previous)$/;
const READS = /(?<![\w$.])(?:state|step|params|previous)(?![\w$])/;

/** The error if a word does not name a run. */
async function unlessRun(repo: Repository, word: string): Promise<unknown> {
  try {
    const range = parseRange(word);
    await repo.resolve(range === undefined ? word : String(range.from ?? range.to));
    return undefined;
  } catch (error) {
    if (isRewindError(error)) return error;
    throw error;
  }
}

function noRun(word: string, words: readonly string[]): Error {
  return usageError(
    `expected a run before the expression ${word}`,
    `for example \`${["rewind", "plot", "HEAD", ...words].map(quoted).join(" ")}\``,
  );
}

/** An expression with a typo may have been meant. */
function takenAsRevision(error: unknown, index: number): unknown {
  if (index === 0 || !isRewindError(error)) return error;
  return withData(
    error,
    {},
    `${error.message} (taken as a run, because it does not read state, step, params or previous)`,
  );
}
