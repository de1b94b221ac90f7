import { parseRange, parseRevision } from "../../history/revision.ts";
import type { Repository, RevisionOf, WhichProgram } from "../../repository.ts";
import { usageError } from "./usage-error.ts";

/**
 * The run that a revision names, for commands that look at all of it. Throws USAGE if the text
 * names a step: ignoring it would answer a different question.
 */
export function wholeRun(
  repo: Repository,
  text: string,
  {
    program,
    instead: how,
  }: {
    readonly program?: WhichProgram | undefined;
    readonly instead?: string | undefined;
  } = {},
): Promise<RevisionOf<unknown, Record<string, unknown>>> {
  checkWholeRun(text, how);
  return repo.revision(text, { program });
}

/** Throws USAGE if a revision names a step, or a range of steps. */
export function checkWholeRun(text: string, how?: string): void {
  const instead = how === undefined ? "" : `: ${how}`;
  if (parseRange(text) !== undefined) {
    throw usageError(`expected a run, got a range of its steps, ${text}${instead}`);
  }
  if (parseRevision(text).step !== undefined) {
    throw usageError(`expected a run, got one of its steps, ${text}${instead}`);
  }
}

/** The branch that a command line names; by default the current one. */
export async function currentBranch(repo: Repository, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const current = await repo.branches.current();
  if (current !== undefined) return current;
  throw usageError("HEAD is not on a branch: expected the name of a branch");
}
