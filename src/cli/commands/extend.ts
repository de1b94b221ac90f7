import { clock } from "../../base/clock.ts";
import { type Command, command, STATUS } from "../command.ts";
import { optionalCount } from "../input/parse.ts";
import { readRecording } from "../input/recording.ts";
import { currentBranch } from "../input/revision.ts";
import { usageError } from "../input/usage-error.ts";
import { NEW_PARAM, RECORDING, TRUST_OPTION } from "../options.ts";
import { printRun } from "../show/print-run.ts";
import { count, duration } from "../terminal/text.ts";

export const extend: Command = command({
  positionals: {
    branch: { type: "string", completes: "branch", without: "the current branch" },
  },
  describe:
    "Makes a run longer: to TOTAL steps, or by N more. It may be unfinished. Its root is that of one\nuninterrupted recording. With --param a new segment with the new values begins at its present end.",
  options: {
    steps: {
      describe: "its new length, counted from step 0",
      type: "string",
      value: "TOTAL",
    },
    by: { describe: "how many steps to add", type: "string", value: "N" },
    param: NEW_PARAM,
    message: RECORDING.message,
    "self-check": RECORDING.selfCheck,
    trust: TRUST_OPTION,
  },
  examples: [
    ["extend main --steps 2_000_000", "up to step 2,000,000"],
    ["extend --by 1000", "the current branch, by a thousand"],
    ["extend main --by 1000 --param beta=0.2", "continue with another param"],
  ],
  keys: { extend: ["branch", "run", "root", "steps", "blockSize", "checkpoints"] },
  async run(args, { out, open, long }) {
    const steps = optionalCount(args.steps, "--steps");
    const by = optionalCount(args.by, "--by");
    if ((steps === undefined) === (by === undefined)) {
      throw usageError("expected either --steps TOTAL or --by N");
    }
    const { params, message, selfCheck } = readRecording(args);
    const repo = await open({ trust: args.trust });
    const branch = await currentBranch(repo, args.branch);
    const started = clock.now();
    const changes = { steps, by, params, message, selfCheck };
    const run = await repo.extend(branch, { ...long("recording"), ...changes });
    const took = duration(clock.now() - started);
    printRun(out, run, branch, `extended ${branch} to step ${count(run.steps)} in ${took}`);
    return STATUS.ok;
  },
});
