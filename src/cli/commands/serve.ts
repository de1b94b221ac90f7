import path from "node:path";
import { serveFolder } from "../../repository/serve-folder.ts";
import { type Command, command, STATUS } from "../command.ts";
import { usageError } from "../input/usage-error.ts";

export const serve: Command = command({
  positionals: { folder: { type: "string", demandOption: true, completes: "folders" } },
  describe:
    "Answers another rewind about the remote in a folder, on standard input and output: what ssh:// remotes\nstart on their host. It reads and writes that folder alone, and runs nothing.",
  options: {
    stdio: { describe: "talk on standard input and output; required", type: "boolean" },
  },
  examples: [["serve --stdio runs", "as ssh HOST runs it for ssh://HOST/~/runs"]],
  keys: {},
  async run({ folder, stdio }, { out, cwd, inputParts }) {
    if (!stdio) throw usageError("expected --stdio: ssh:// remotes start this command");
    await serveFolder(path.resolve(cwd, folder), inputParts(), async (bytes) => out.bytes(bytes));
    return STATUS.ok;
  },
});
