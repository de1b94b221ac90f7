import { shortId } from "../../../object/id.ts";
import { type Context, STATUS } from "../../command.ts";
import { usageError } from "../../input/usage-error.ts";

/** `rewind branch -d NAME`. */
export async function deleteBranch(
  name: string | undefined,
  extra: string | undefined,
  { out, open }: Context,
): Promise<number> {
  if (name === undefined || extra !== undefined)
    throw usageError("expected one name: rewind branch -d NAME");
  const repo = await open();
  const wasCurrent = (await repo.branches.current()) === name;
  const run = await repo.branches.delete(name);
  const head = wasCurrent ? "; HEAD stays on its run" : "";
  out.done(
    { branch: null, was: name, run },
    () =>
      `deleted the branch ${name}; its run stays in the store, ${shortId(run)}${head}\n` +
      "`rewind undo` brings it back",
  );
  return STATUS.ok;
}
