import { count } from "../../base/count.ts";
import { type Command, command, STATUS } from "../command.ts";
import { usageError } from "../input/usage-error.ts";
import { TRUST_OPTION } from "../options.ts";
import { printRun } from "../show/print-run.ts";

export const reset: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Rewinds a branch to a step; the branch may be unfinished. The state at STEP becomes the branch's last\none: the first new step is STEP + 1. The old run stays too, as archive/BRANCH/1, /2 and so on. A\ncursor beyond STEP moves to STEP.",
  options: { trust: TRUST_OPTION },
  examples: [
    ["reset main@500_000", "keep the first half; then: extend main --by N --param NAME=VALUE"],
    ["reset HEAD~100", "the current branch, a hundred steps back from the cursor"],
  ],
  keys: { reset: ["branch", "run", "root", "steps", "blockSize", "checkpoints"] },
  async run(args, { out, open }) {
    const repo = await open({ trust: args.trust });
    const { revision: text } = args;
    const { ref, step } = await repo.resolve(text);
    if (step === undefined) throw usageError("expected a step: rewind reset BRANCH@STEP");
    if (!ref?.startsWith("refs/heads/")) {
      const tag = ref?.startsWith("refs/tags/") ? ref.slice("refs/tags/".length) : undefined;
      throw usageError(
        tag === undefined
          ? `only a branch can be reset, got ${text}`
          : `${tag} is a tag; only a branch can be reset`,
      );
    }
    const branch = ref.slice("refs/heads/".length);
    const { run, archived } = await repo.reset(branch, step);
    printRun(
      out,
      run,
      branch,
      `reset ${branch} to step ${count(step)}; its old run is ${archived}`,
    );
    return STATUS.ok;
  },
});
