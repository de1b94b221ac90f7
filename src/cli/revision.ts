import { parseRevision } from "../history/revision.ts";
import type { Repository, RevisionOf, WhichProgram } from "../repository.ts";
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
  if (parseRevision(text).step !== undefined) {
    const instead = options.instead === undefined ? "" : `: ${options.instead}`;
    throw usageError(`expected a run, got one of its steps, ${text}${instead}`);
  }
  return repo.revision(text, options);
}
