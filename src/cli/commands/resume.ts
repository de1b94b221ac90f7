import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { currentBranch } from "../revision.ts";
import { count, duration } from "../text.ts";
import { printRun } from "./record.ts";

export const resume: Command = {
  usage: "[branch]",
  describe:
    "Continues a recording that was interrupted or that failed, from its last checkpoint to the steps\nthat it was asked for. It has the root that one uninterrupted recording has.",
  options: {
    "self-check": { describe: "replay each block at once and compare", type: "boolean" },
    trust: TRUST_OPTION,
  },
  examples: [["resume unfinished", "go on after Ctrl-C"]],
  async run(args, { out, open, long }) {
    const repo = await open({ trust: args.trust === true });
    const branch = await currentBranch(repo, args.branch);
    const started = performance.now();
    const selfCheck = args.selfCheck === true;
    const run = await repo.resume(branch, { ...long("recording"), selfCheck });
    await repo.close();
    const took = duration(performance.now() - started);
    printRun(
      out,
      run,
      branch,
      `resumed ${branch}, recorded to step ${count(run.steps)} in ${took}`,
    );
    return STATUS.ok;
  },
};
