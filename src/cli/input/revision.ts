import { parseRange, parseRevision } from "../../history/revision.ts";
import type { Repository, RevisionOf, WhichProgram } from "../../repository.ts";
import { usageError } from "./parse.ts";

/**
 * The run that a revision names, for commands that look at all of it. Throws USAGE where the text
 * names a step: to pass over it would answer another question.
 */
export function wholeRun(
  repo: Repository,
  revision: unknown,
  options: { readonly program?: WhichProgram; readonly instead?: string } = {},
): Promise<RevisionOf<unknown, Record<string, unknown>>> {
  const text = String(revision);
  const instead = options.instead === undefined ? "" : `: ${options.instead}`;
  if (parseRange(text) !== undefined) {
    throw usageError(`expected a run, got a range of its steps, ${text}${instead}`);
  }
  if (parseRevision(text).step !== undefined) {
    throw usageError(`expected a run, got one of its steps, ${text}${instead}`);
  }
  return repo.revision(text, options);
}

/** The branch that a command line names, or else the current one. */
export async function currentBranch(repo: Repository, given: unknown): Promise<string> {
  if (given !== undefined) return String(given);
  const current = await repo.branches.current();
  if (current !== undefined) return current;
  throw usageError("HEAD names no branch: expected the name of one");
}
