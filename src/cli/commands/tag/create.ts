import { peel } from "../../../history/resolve.ts";
import { createTag } from "../../../history/tags.ts";
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
  const { name, revision = "HEAD", message = "", force = false } = args;
  const repo = await open();
  const { objects, refs } = repo.store;
  const { run } = await wholeRun(repo, revision, {
    instead: `a tag names a run, and its steps are then ${name}@STEP`,
  });
  const before = await refs.read(`refs/tags/${name}`);
  const time = new Date().toISOString();
  await createTag(objects, refs, { name, target: run.id, message, time, force });
  const was = before === undefined ? undefined : await peel(objects, before as typeof run.id);
  if ((await refs.read(`refs/heads/${name}`)) !== undefined)
    out.note(`there is a branch ${name} too: ${name} names the branch, tags/${name} the tag`);
  out.done({ tag: name, run: run.id, was: was ?? null }, () =>
    was === undefined || was === run.id
      ? `${name} names ${shortId(run.id)}`
      : `${name} now names ${shortId(run.id)}, no longer ${shortId(was)}`,
  );
  return STATUS.ok;
}
