import { createTag, deleteTag } from "../../history/tags.ts";
import { shortId } from "../../object/id.ts";
import { type Command, STATUS } from "../command.ts";
import { optional, usageError } from "../parse.ts";
import { table } from "../text.ts";

export const tag: Command = {
  usage: "[name] [revision]",
  describe:
    "Without arguments lists the tags. With a name gives a run (HEAD's unless one is named) a lasting name\nand a message. A tag that is there stays, unless --force moves it.",
  options: {
    message: { short: "m", describe: "what the run is", type: "text", value: "TEXT" },
    delete: { short: "d", describe: "delete the tag; its run stays in the store", type: "boolean" },
    force: { short: "f", describe: "move a tag that is there", type: "boolean" },
  },
  examples: [
    ["tag", "list the tags"],
    ['tag v1 main -m "as in the paper"', "name a run for good"],
  ],
  async run(args, { out, open }) {
    const name = optional(args.name);
    const revision = optional(args.revision);
    const repo = await open();
    const { objects, refs } = repo.store;
    if (name === undefined) {
      const names = (await refs.names("refs/tags/")).map((ref) => ref.slice("refs/tags/".length));
      const tags = await Promise.all(
        names.map(async (tag) => ({ name: tag, run: (await repo.resolve(tag)).id })),
      );
      out.result({ tags }, () =>
        tags.length === 0 ? "no tags yet" : table(tags.map((tag) => [tag.name, shortId(tag.run)])),
      );
    } else if (args.delete === true) {
      if (revision !== undefined) throw usageError("expected one name: rewind tag -d NAME");
      await deleteTag(refs, name);
      out.result(
        { tag: null, was: name },
        () => `deleted the tag ${name}; its run stays in the store`,
      );
    } else {
      const { id: target } = await repo.resolve(revision ?? "HEAD");
      const message = optional(args.message) ?? "";
      const time = new Date().toISOString();
      await createTag(objects, refs, { name, target, message, time, force: args.force === true });
      out.result({ tag: name, run: target }, () => `${name} names ${shortId(target)}`);
    }
    await repo.close();
    return STATUS.ok;
  },
};
