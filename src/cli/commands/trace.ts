import path from "node:path";
import { saveFile } from "../../node/host/user-files.ts";
import { type Command, command, STATUS } from "../command.ts";
import { optionalCount, parseCount } from "../input/parse.ts";
import { wholeRun } from "../input/revision.ts";
import { TRUST_OPTION } from "../options.ts";
import { count, size } from "../terminal/text.ts";

export const trace: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Writes what this machine sees when it replays a block: a digest of the state at each step, and the states\nthemselves as far as there is room. On another machine, `rewind verify REV --trace FILE` names the first\nstep and the field that differ.",
  options: {
    block: {
      describe: "the block, as verify names it, from 0",
      type: "string",
      value: "K",
      demandOption: true,
    },
    at: {
      describe: "hold the states from this step on, if those of the whole block take over 16 MiB",
      type: "string",
      value: "STEP",
    },
    output: {
      alias: "o",
      describe: "the file, such as block.trace",
      type: "string",
      value: "FILE",
      completes: "files",
      demandOption: true,
    },
    trust: TRUST_OPTION,
  },
  examples: [
    ["trace main --block 3 -o block.trace", "what block 3 is on this machine"],
    ["trace main --block 3 --at 350 -o block.trace", "large states: those from step 350 on"],
  ],
  keys: { trace: ["run", "block", "file", "bytes"] },
  async run(args, { out, cwd, open, long }) {
    const block = parseCount(args.block, "--block");
    const at = optionalCount(args.at, "--at");
    const repo = await open({ trust: args.trust });
    const { run } = await wholeRun(repo, args.revision);
    const bytes = await run.trace(block, { ...long("replaying"), at });
    const { output: file } = args;
    await saveFile(path.resolve(cwd, file), bytes);
    out.done(
      { run: run.id, block, file, bytes: bytes.length },
      () => `wrote a trace of block ${count(block)} to ${file}, ${size(bytes.length)}`,
    );
    return STATUS.ok;
  },
});
