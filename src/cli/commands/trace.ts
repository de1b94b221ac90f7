import path from "node:path";
import { count } from "../../base/count.ts";
import { saveFile } from "../../node/host/user-files.ts";
import { type Command, command, STATUS } from "../command.ts";
import { optionalCount } from "../input/parse.ts";
import { wholeRun } from "../input/revision.ts";
import { usageError } from "../input/usage-error.ts";
import { TRUST_OPTION } from "../options.ts";
import { noteReplaced } from "../show/replaced.ts";
import { size } from "../terminal/text.ts";

export const trace: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Writes what this machine sees when it replays a block: a digest of the state at each step, and the states\nthemselves as far as there is room. On another machine, `rewind verify REV --trace FILE` names the first\nstep and the field that differ.",
  options: {
    block: {
      describe: "the block, as verify names it, from 0; the one with the step of --at unless given",
      type: "string",
      value: "K",
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
    ["trace main --at 350 -o block.trace", "the block with step 350; its states from there on"],
  ],
  keys: { trace: ["run", "block", "file", "bytes"] },
  async run(args, { out, cwd, open, long }) {
    const given = optionalCount(args.block, "--block");
    const at = optionalCount(args.at, "--at");
    if (given === undefined && at === undefined)
      throw usageError("expected --block K or --at STEP");
    const repo = await open({ trust: args.trust });
    const { run } = await wholeRun(repo, args.revision);
    // The last block ends with the last step, at which no block begins.
    const last = Math.ceil(run.steps / run.blockSize) - 1;
    const block = given ?? Math.max(0, Math.min(Math.floor((at ?? 0) / run.blockSize), last));
    const bytes = await run.trace(block, { ...long("replaying"), at });
    const { output: file } = args;
    noteReplaced(out, file, await saveFile(path.resolve(cwd, file), bytes));
    out.done(
      { run: run.id, block, file, bytes: bytes.length },
      () => `wrote a trace of block ${count(block)} to ${file}, ${size(bytes.length)}`,
    );
    return STATUS.ok;
  },
});
