import { type Command, command } from "../../command.ts";
import { usageError } from "../../input/usage-error.ts";
import { addTrust } from "./add.ts";
import { forgetTrust } from "./forget.ts";
import { listTrusted } from "./list.ts";

export const trust: Command = command({
  positionals: { revision: { type: "string", completes: "revision", without: "HEAD's run" } },
  describe:
    "Lists the parts of the recorded code of a run, by default HEAD's, and lets it run for you, in\nevery project. Read it first: show REV --source prints it. Trusted code is not confined:\nit can do what you can.",
  options: {
    list: { describe: "list the programs that you trust", type: "boolean" },
    forget: {
      describe: "stop trusting the code of this run, or this id of --list",
      type: "string",
      value: "REV",
      completes: "revision",
    },
  },
  examples: [
    ["trust theirs", "let the code of theirs run; then: rewind verify theirs --full"],
    ["trust --list", "the programs that you trust, by their ids"],
    ["trust --forget theirs", "take it back"],
  ],
  keys: {
    trust: [
      { programs: ["program", "name", "module", "packages", "inputs", "exportName", "files"] },
    ],
    "trust --list": [{ programs: ["program", "name", "module"] }],
    "trust --forget": ["forgotten"],
  },
  async run({ revision, forget, list }, context) {
    const given = [revision, forget, list].filter((one) => one !== undefined);
    if (given.length > 1) {
      throw usageError("expected a revision, --list or --forget REV, got two of them");
    }
    if (list) return listTrusted(context);
    return forget === undefined ? addTrust(revision, context) : forgetTrust(forget, context);
  },
});
