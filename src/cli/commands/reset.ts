import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { usageError } from "../input/parse.ts";
import { printRun } from "../show/print-run.ts";
import { count } from "../terminal/text.ts";

export const reset: Command = {
  usage: "<revision>",
  describe:
    "Rewinds a branch to a step, also an unfinished one. The state at STEP stays, and is the branch's last\none: the first new step is STEP + 1. The run that the branch named stays, as archive/BRANCH/1, /2 and\nso on. A cursor beyond STEP goes to STEP.",
  options: { trust: TRUST_OPTION },
  examples: [
    ["reset main@500_000", "keep the first half; then: extend main --by N --param NAME=VALUE"],
    ["reset HEAD~100", "the current branch, a hundred steps back from the cursor"],
  ],
  async run(args, { out, open }) {
    const repo = await open({ trust: args.trust === true });
    const text = String(args.revision);
    const { ref, step } = await repo.resolve(text);
    if (step === undefined) throw usageError("expected a step: rewind reset BRANCH@STEP");
    if (!ref?.startsWith("refs/heads/")) throw usageError(`expected a branch, got ${text}`);
    const branch = ref.slice("refs/heads/".length);
    const { run, archived } = await repo.reset(branch, step);
    await repo.close();
    printRun(
      out,
      run,
      branch,
      `reset ${branch} to step ${count(step)}; its old run is ${archived}`,
    );
    return STATUS.ok;
  },
};
