import path from "node:path";
import { saveFile } from "../../node/host/user-files.ts";
import { shortId } from "../../object/id.ts";
import { type Command, command, STATUS } from "../command.ts";
import { wholeRun } from "../input/revision.ts";
import { usageError } from "../input/usage-error.ts";
import { size } from "../terminal/text.ts";

export const save: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Writes a run, with everything needed to replay it, to one file. With --no-code the code is left out, and\nanyone who loads the file must have the module.",
  options: {
    output: {
      alias: "o",
      describe: "the file, such as run.replay; - is standard output",
      type: "string",
      value: "FILE",
      completes: "files",
      demandOption: true,
    },
    "no-code": { describe: "leave the program's source out", type: "boolean" },
  },
  examples: [
    ["save main -o run.replay", "a file for a colleague"],
    ["save main -o run.replay --no-code", "without the source"],
  ],
  keys: { save: ["run", "file", "bytes"] },
  async run(args, { out, cwd, open }) {
    const { output: file } = args;
    if (file === "-" && out.json) {
      throw usageError(
        "expected a file with --json, got -: only one of the two can go to standard output",
      );
    }
    const repo = await open();
    const { run } = await wholeRun(repo, args.revision);
    const bytes = await run.artifact({ code: !args.noCode });
    if (file !== "-") await saveFile(path.resolve(cwd, file), bytes);
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
});
