import path from "node:path";
import { initRepository } from "../../repository.ts";
import { type Command, STATUS } from "../command.ts";

export const init: Command = {
  usage: "[dir]",
  describe: "Creates a store, .rewind/, in the project folder: here, or in dir.",
  options: {},
  examples: [
    ["init", "in this folder"],
    ["init experiments", "in another folder"],
  ],
  async run(args, { out, cwd }) {
    const directory = path.resolve(cwd, String(args.dir ?? "."));
    const repo = await initRepository(directory);
    await repo.close();
    const shown = path.relative(cwd, path.join(repo.root, ".rewind")).split(path.sep).join("/");
    out.done({ path: shown }, () => `created an empty store in ${shown}/`);
    return STATUS.ok;
  },
};
