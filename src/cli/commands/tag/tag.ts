import { type Command, command } from "../../command.ts";
import { usageError } from "../../input/usage-error.ts";
import { createTagOf } from "./create.ts";
import { deleteTagNamed } from "./delete.ts";
import { listAllTags } from "./list.ts";

export const tag: Command = command({
  positionals: {
    name: { type: "string", completes: "tag", without: "lists the tags" },
    revision: { type: "string", completes: "revision", without: "HEAD's run" },
  },
  describe:
    "Without arguments lists the tags. With a name gives a run, by default HEAD's, a lasting name and a\nmessage: extending or resetting its branch moves the branch, not the tag. An existing tag stays,\nunless --force moves it.",
  options: {
    message: { alias: "m", describe: "what the run is", type: "string", value: "TEXT" },
    delete: { alias: "d", describe: "delete the tag; its run stays in the store", type: "boolean" },
    force: { alias: "f", describe: "move an existing tag", type: "boolean" },
  },
  examples: [
    ["tag", "list the tags"],
    ['tag v1 main -m "as in the paper"', "name a run for good; then: rewind get v1@500"],
    ["tag -f v1 main", "make it name another run"],
  ],
  keys: {
    tag: [{ tags: ["name", "run", "message", "time"] }],
    "tag NAME": ["tag", "run", "was"],
    "tag -d": ["tag", "was", "run"],
  },
  isOrdered: ({ delete: deletes }) => deletes !== true,
  async run(args, context) {
    const { name } = args;
    if (name !== undefined) {
      return args.delete
        ? deleteTagNamed(name, args.revision, context)
        : createTagOf({ ...args, name }, context);
    }
    const idle = (["delete", "force", "message"] as const).find(
      (option) => args[option] !== undefined,
    );
    if (idle !== undefined) throw usageError(`expected the name of a tag with --${idle}`);
    return listAllTags(context);
  },
});
