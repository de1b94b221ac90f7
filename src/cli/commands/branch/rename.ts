import { type Context, STATUS } from "../../command.ts";
import { usageError } from "../../input/usage-error.ts";

/** `rewind branch -m OLD NEW`. */
export async function renameBranch(
  from: string | undefined,
  to: string | undefined,
  { out, open }: Context,
): Promise<number> {
  if (from === undefined || to === undefined)
    throw usageError("expected two names: rewind branch -m OLD NEW");
  if (/[@~]/.test(to)) {
    throw usageError(
      `expected -m OLD NEW, the two names of a branch, got the revision ${JSON.stringify(to)}`,
      "-m renames a branch, as in Git; a message is given as --message TEXT",
    );
  }
  const repo = await open();
  const run = await repo.branches.rename(from, to);
  out.done({ branch: to, was: from, run }, () => `renamed the branch ${from} to ${to}`);
  return STATUS.ok;
}
