import { shortId } from "../../../object/id.ts";
import { type Context, STATUS } from "../../command.ts";
import { wholeRun } from "../../input/revision.ts";

interface CreateArguments {
  readonly name: string;
  readonly revision: string | undefined;
  readonly message: string | undefined;
  readonly force: boolean | undefined;
}

/** `rewind tag NAME [REV]`. */
export async function createTagOf(args: CreateArguments, { out, open }: Context): Promise<number> {
  const { name, revision = "HEAD", message, force } = args;
  const repo = await open();
  await wholeRun(repo, revision, {
    instead: `a tag names a run; write ${name}@STEP for one of its steps`,
  });
  const { run, was } = await repo.tags.create(name, revision, { message, force });
  if ((await repo.branches.find(name)) !== undefined)
    out.note(`there is a branch ${name} too: ${name} names the branch, tags/${name} the tag`);
  out.done({ tag: name, run, was: was ?? null }, () =>
    was === undefined || was === run
      ? `${name} names ${shortId(run)}`
      : `${name} now names ${shortId(run)}, no longer ${shortId(was)}`,
  );
  return STATUS.ok;
}
