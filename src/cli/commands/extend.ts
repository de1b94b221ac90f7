import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { optional, optionalCount, parsePairs, usageError } from "../parse.ts";
import { currentBranch } from "../revision.ts";
import { count, duration } from "../text.ts";
import { printRun } from "./record.ts";

export const extend: Command = {
  usage: "[branch]",
  describe:
    "Makes a run longer: to so many steps in all, or by so many. It has the root that one uninterrupted\nrecording has. With --param a new segment begins at its present end.",
  options: {
    steps: { describe: "its length then, counted from step 0", type: "text", value: "TOTAL" },
    by: { describe: "how many steps more", type: "text", value: "N" },
    param: {
      describe: "a param's value from there on; may be given several times",
      type: "text",
      value: "NAME=VALUE",
      many: true,
    },
    message: { short: "m", describe: "a line about the run", type: "text", value: "TEXT" },
    "self-check": { describe: "replay each block at once and compare", type: "boolean" },
    trust: TRUST_OPTION,
  },
  examples: [
    ["extend main --steps 2_000_000", "two million steps in all"],
    ["extend --by 1000", "the current branch, by a thousand"],
  ],
  async run(args, { out, open, long }) {
    const steps = optionalCount(args.steps, "--steps");
    const by = optionalCount(args.by, "--by");
    if ((steps === undefined) === (by === undefined)) {
      throw usageError("expected either --steps TOTAL or --by N");
    }
    const params = parsePairs(args.param, "param");
    const repo = await open({ trust: args.trust === true });
    const branch = await currentBranch(repo, args.branch);
    const started = performance.now();
    const run = await repo.extend(branch, {
      ...long("recording"),
      steps,
      by,
      params,
      message: optional(args.message),
      selfCheck: args.selfCheck === true,
    });
    await repo.close();
    const took = duration(performance.now() - started);
    printRun(out, run, branch, `extended ${branch} to step ${count(run.steps)} in ${took}`);
    return STATUS.ok;
  },
};
