import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { optionalCount, usageError } from "../input/parse.ts";
import { PARAM_FROM_THERE, RECORDING, readRecording } from "../input/recording-options.ts";
import { currentBranch } from "../input/revision.ts";
import { printRun } from "../show/print-run.ts";
import { count, duration } from "../terminal/text.ts";

export const extend: Command = {
  usage: "[branch]",
  describe:
    "Makes a run longer: to so many steps in all, or by so many, also where it is unfinished. It has the\nroot that one uninterrupted recording has. With --param a new segment begins at its present end, the\nnew values over those that were.",
  options: {
    steps: {
      describe: "its length then, counted from step 0; more than it has",
      type: "text",
      value: "TOTAL",
    },
    by: { describe: "how many steps more", type: "text", value: "N" },
    param: PARAM_FROM_THERE,
    message: RECORDING.message,
    "self-check": RECORDING["self-check"],
    trust: TRUST_OPTION,
  },
  examples: [
    ["extend main --steps 2_000_000", "two million steps in all"],
    ["extend --by 1000", "the current branch, by a thousand"],
    ["extend main --by 1000 --param beta=0.2", "on with another param"],
  ],
  async run(args, { out, open, long }) {
    const steps = optionalCount(args.steps, "--steps");
    const by = optionalCount(args.by, "--by");
    if ((steps === undefined) === (by === undefined)) {
      throw usageError("expected either --steps TOTAL or --by N");
    }
    const { params, message, selfCheck } = readRecording(args);
    const repo = await open({ trust: args.trust === true });
    const branch = await currentBranch(repo, args.branch);
    const started = performance.now();
    const changes = { steps, by, params, message, selfCheck };
    const run = await repo.extend(branch, { ...long("recording"), ...changes });
    await repo.close();
    const took = duration(performance.now() - started);
    printRun(out, run, branch, `extended ${branch} to step ${count(run.steps)} in ${took}`);
    return STATUS.ok;
  },
};
