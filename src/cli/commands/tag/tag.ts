import { peel } from "../../../history/resolve.ts";
import { createTag, deleteTag, listTags } from "../../../history/tags.ts";
import { shortId } from "../../../object/id.ts";
import { type Arguments, type Command, type Context, STATUS } from "../../command.ts";
import { optional, usageError } from "../../input/parse.ts";
import { wholeRun } from "../../input/revision.ts";
import { damagedData, reportDamage } from "../../show/damage.ts";
import { table, visibleLine } from "../../terminal/text.ts";

export const tag: Command = {
  usage: "[name] [revision]",
  describe:
    "Without arguments lists the tags. With a name gives a run (HEAD's unless one is named) a lasting name\nand a message: extending or resetting its branch moves the branch, not the tag. A tag that is there\nstays, unless --force moves it.",
  options: {
    message: { short: "m", describe: "what the run is", type: "text", value: "TEXT" },
    delete: { short: "d", describe: "delete the tag; its run stays in the store", type: "boolean" },
    force: { short: "f", describe: "move a tag that is there", type: "boolean" },
  },
  examples: [
    ["tag", "list the tags"],
    ['tag v1 main -m "as in the paper"', "name a run for good; then: rewind get v1@500"],
    ["tag -f v1 main", "make it name another run"],
  ],
  async run(args, context) {
    const name = optional(args.name);
    if (name === undefined) return list(args, context);
    return args.delete === true ? remove(name, args, context) : create(name, args, context);
  },
};

async function list(args: Arguments, { out, open }: Context): Promise<number> {
  for (const option of ["delete", "force", "message"]) {
    if (args[option] !== undefined && args[option] !== false)
      throw usageError(`expected the name of a tag with --${option}`);
  }
  const repo = await open();
  const { tags, damaged } = await listTags(repo.store.objects, repo.store.refs);
  await repo.close();
  const data = tags.map(({ name, target, message, time }) => ({
    name,
    run: target,
    message,
    time,
  }));
  out.result({ tags: data, ...damagedData(damaged) }, () =>
    tags.length === 0
      ? damaged.length > 0
        ? "no tag that can be read"
        : "no tags yet"
      : table(
          tags.map(({ name, target, message, time }) => [
            out.style("green", name),
            shortId(target),
            visibleLine(time),
            visibleLine(message),
          ]),
        ),
  );
  return reportDamage(out, damaged);
}

async function create(name: string, args: Arguments, { out, open }: Context): Promise<number> {
  const repo = await open();
  const { objects, refs } = repo.store;
  const { run } = await wholeRun(repo, args.revision ?? "HEAD", {
    instead: `a tag names a run, and its steps are then ${name}@STEP`,
  });
  const before = await refs.read(`refs/tags/${name}`);
  await createTag(objects, refs, {
    name,
    target: run.id,
    message: optional(args.message) ?? "",
    time: new Date().toISOString(),
    force: args.force === true,
  });
  const was = before === undefined ? undefined : await peel(objects, before as typeof run.id);
  if ((await refs.read(`refs/heads/${name}`)) !== undefined)
    out.note(`there is a branch ${name} too: ${name} names the branch, tags/${name} the tag`);
  await repo.close();
  out.done({ tag: name, run: run.id, was: was ?? null }, () =>
    was === undefined || was === run.id
      ? `${name} names ${shortId(run.id)}`
      : `${name} names ${shortId(run.id)} now, no longer ${shortId(was)}`,
  );
  return STATUS.ok;
}

async function remove(name: string, args: Arguments, { out, open }: Context): Promise<number> {
  if (args.revision !== undefined) throw usageError("expected one name: rewind tag -d NAME");
  const repo = await open();
  const run = await peel(repo.store.objects, await deleteTag(repo.store.refs, name));
  await repo.close();
  out.done(
    { tag: null, was: name, run },
    () => `deleted the tag ${name}; its run stays in the store, ${shortId(run)}`,
  );
  return STATUS.ok;
}
