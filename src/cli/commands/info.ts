import path from "node:path";
import { nodeEnvironment } from "../../node/environment.ts";
import { readFile } from "../../node/user-files.ts";
import { decodeRun } from "../../object/run.ts";
import { unpackInto } from "../../replay/run/open-run.ts";
import { Run } from "../../replay/run/run.ts";
import { memoryRefs } from "../../store/memory-refs.ts";
import { objectReader } from "../../store/object-store.ts";
import { type Command, STATUS } from "../command.ts";
import { describeRun, runText } from "../show/describe-run.ts";
import { size } from "../terminal/text.ts";

export const info: Command = {
  usage: "<file>",
  describe:
    "Describes a file that save wrote (- is standard input), every byte of it checked. Runs nothing, needs\nno store.",
  options: {},
  examples: [
    ["info run.replay", "what is in it?"],
    ["info run.replay --json", "the same for a script"],
  ],
  async run(args, { out, cwd, input }) {
    const file = String(args.file);
    const bytes = file === "-" ? await input() : await readFile(path.resolve(cwd, file));
    const env = nodeEnvironment();
    const id = await unpackInto(env, bytes);
    const run = new Run(id, decodeRun(await objectReader(env.store)("run", id)), env);
    const refs = memoryRefs(() => "");
    const description = await describeRun(run, { refs, replays: false, whole: out.json });
    out.result({ bytes: bytes.length, ...description }, () =>
      [
        `${file === "-" ? "standard input" : file}: ${size(bytes.length)}, intact`,
        runText(description),
      ].join("\n"),
    );
    return STATUS.ok;
  },
};
