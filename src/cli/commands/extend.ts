import { clock } from "../../base/clock.ts";
import { count, plural } from "../../base/count.ts";
import type { Run } from "../../replay/run/run.ts";
import type { Repository } from "../../repository.ts";
import { type Command, command, STATUS } from "../command.ts";
import { readOutputs } from "../input/outputs.ts";
import { optionalCount } from "../input/parse.ts";
import { quoted } from "../input/quoted.ts";
import { readRecording } from "../input/recording.ts";
import { currentBranch } from "../input/revision.ts";
import { usageError } from "../input/usage-error.ts";
import { NEW_PARAM, OUTPUTS_OPTIONS, RECORDING, TRUST_OPTION } from "../options.ts";
import { printRun } from "../show/print-run.ts";
import { duration } from "../terminal/text.ts";

export const extend: Command = command({
  positionals: {
    branch: { type: "string", completes: "branch", without: "the current branch" },
  },
  describe:
    "Makes a run longer: to TOTAL steps, or by N more. Its root is that of one uninterrupted\nrecording. With --param a new segment with the new values begins at its present end. The goal of an\nunfinished run becomes the new length; `rewind resume` continues to the old goal instead.",
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
    ...OUTPUTS_OPTIONS,
    trust: TRUST_OPTION,
  },
  examples: [
    ["extend main --steps 2_000_000", "up to step 2,000,000"],
    ["extend --by 1000", "the current branch, by a thousand"],
    ["extend main --by 1000 --param beta=0.2", "continue with another param"],
  ],
  keys: { extend: ["branch", "run", "root", "steps", "blockSize", "checkpoints"] },
  async run(args, { out, cwd, open, long }) {
    const steps = optionalCount(args.steps, "--steps");
    const by = optionalCount(args.by, "--by");
    if ((steps === undefined) === (by === undefined)) {
      throw usageError("expected either --steps TOTAL or --by N");
    }
    const { params, message, selfCheck } = readRecording(args);
    const outputs = readOutputs(args, cwd);
    const repo = await open({ trust: args.trust });
    const branch = await currentBranch(repo, args.branch);
    const started = clock.now();
    const changes = { steps, by, params, message, selfCheck, outputs };
    const run = await repo.extend(branch, { ...long("recording"), ...changes });
    const took = duration(clock.now() - started);
    printRun(out, run, branch, `extended ${branch} to step ${count(run.steps)} in ${took}`);
    const goal = await goalBefore(repo, run);
    if (goal > run.steps) out.note(shorterThanGoal(branch, run.steps, goal));
    return STATUS.ok;
  },
});

/** The steps that the run before its extension was to have. */
async function goalBefore(repo: Repository, { parents: [before], steps }: Run): Promise<number> {
  return before === undefined ? steps : (await repo.resolve(before.run)).run.goal;
}

/** Nothing else remembers the goal of an interrupted recording. */
function shorterThanGoal(branch: string, steps: number, goal: number): string {
  return (
    `${branch} was an unfinished recording of ${plural(goal, "step")}, and is finished at ${count(steps)} now: ` +
    `\`rewind extend ${quoted(branch)} --steps ${goal}\` continues to its old goal`
  );
}
