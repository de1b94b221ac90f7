import path from "node:path";
import { saveFile } from "../../node/user-files.ts";
import { shortId } from "../../object/id.ts";
import { type Command, STATUS } from "../command.ts";
import { usageError } from "../input/parse.ts";
import { wholeRun } from "../input/revision.ts";
import { size } from "../terminal/text.ts";

export const save: Command = {
  usage: "<revision>",
  describe:
    "Writes a run, with everything that is needed to replay it, to one file. Its code goes along unless\n--no-code is given; whoever loads the file must then have the module.",
  options: {
    output: {
      short: "o",
      describe: "the file, such as run.replay; - is standard output",
      type: "text",
      value: "FILE",
      required: true,
    },
    code: { describe: "leave the program's source out", type: "boolean", negatable: true },
  },
  examples: [
    ["save main -o run.replay", "a file for a colleague"],
    ["save main -o run.replay --no-code", "without the source"],
  ],
  async run(args, { out, cwd, open }) {
    const file = String(args.output);
    if (file === "-" && out.json) {
      throw usageError("expected a file with --json, got -: standard output has one of the two");
    }
    const repo = await open();
    const { run } = await wholeRun(repo, args.revision);
    const bytes = await run.artifact({ code: args.code !== false });
    if (file !== "-") await saveFile(path.resolve(cwd, file), bytes);
    await repo.close();
    if (file === "-") {
      out.bytes(bytes);
      out.note(`saved ${shortId(run.id)}, ${size(bytes.length)}`);
      return STATUS.ok;
    }
    out.done(
      { run: run.id, file, bytes: bytes.length },
      () => `saved ${shortId(run.id)} to ${file}, ${size(bytes.length)}`,
    );
    return STATUS.ok;
  },
};
