import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { usageError } from "../parse.ts";
import { count } from "../text.ts";
import { printRun } from "./record.ts";

export const reset: Command = {
  usage: "<revision>",
  describe:
    "Rewinds a branch to a step. The state at STEP stays, and is the branch's last one: the first new step\nis STEP + 1. The run that the branch named stays as archive/BRANCH/1, /2 and so on.",
  options: { trust: TRUST_OPTION },
  examples: [["reset main@500_000", "keep the first half"]],
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
