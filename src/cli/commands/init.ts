import path from "node:path";
import { type Command, command, STATUS } from "../command.ts";

export const init: Command = command({
  positionals: { dir: { type: "string", completes: "folders" } },
  describe: "Creates a store, .rewind/, in the project folder: here, or in dir.",
  options: {},
  examples: [
    ["init", "in this folder"],
    ["init experiments", "in another folder"],
  ],
  keys: { init: ["path"] },
  async run(args, { out, cwd, create }) {
    const directory = path.resolve(cwd, args.dir ?? ".");
    const repo = await create(directory);
    const shown = path.relative(cwd, path.join(repo.root, ".rewind")).split(path.sep).join("/");
    out.done({ path: shown }, () => `created an empty store in ${shown}/`);
    return STATUS.ok;
  },
});
