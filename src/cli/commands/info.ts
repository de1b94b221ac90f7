import path from "node:path";
import { describeFile } from "../../repository/describe-file.ts";
import { type Command, command, STATUS } from "../command.ts";
import { runText } from "../show/run-text.ts";
import { size } from "../terminal/text.ts";

export const info: Command = command({
  positionals: { file: { type: "string", demandOption: true, completes: "files" } },
  describe:
    "Describes a file that save wrote (- is standard input), and checks every byte of it. Runs nothing,\nneeds no store.",
  options: {},
  examples: [
    ["info run.replay", "what is in it?"],
    ["info run.replay --json", "the same for a script"],
  ],
  keys: {
    info: [
      ...["bytes", "run", "names", "root", "steps", "goal", "blockSize", "checkpoints", "objects"],
      ...["segments", "parents", "origin", "meta"],
    ],
  },
  async run(args, { out, cwd, input }) {
    const { file } = args;
    const given = file === "-" ? await input() : path.resolve(cwd, file);
    const { bytes, ...run } = await describeFile(given, { params: out.json ? "all" : "short" });
    out.result({ bytes, ...run }, () =>
      [`${file === "-" ? "standard input" : file}: ${size(bytes)}, intact`, runText(run)].join(
        "\n",
      ),
    );
    return STATUS.ok;
  },
});
