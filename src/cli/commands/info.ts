import path from "node:path";
import { nodeEnvironment } from "../../node/host/environment.ts";
import { nodeCompression, nodeHash } from "../../node/host/platform.ts";
import { readFile } from "../../node/host/user-files.ts";
import { openRun } from "../../replay/run/open-run.ts";
import { artifactStore } from "../../store/artifact-store.ts";
import { memoryRefs } from "../../store/memory-refs.ts";
import { type Command, command, STATUS } from "../command.ts";
import { describeRun, runText } from "../show/describe-run.ts";
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
    const bytes = file === "-" ? await input() : await readFile(path.resolve(cwd, file));
    const { id, store } = await artifactStore(bytes, nodeCompression, nodeHash);
    const run = await openRun<unknown, Record<string, unknown>>(id, nodeEnvironment({ store }));
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
});
