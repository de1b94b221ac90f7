import { count } from "../../base/count.ts";
import type { LogLine } from "../../index.ts";
import { type Command, command, STATUS } from "../command.ts";
import { stepsOf } from "../input/range.ts";
import { PROGRAM_OPTION, RANGE_OPTIONS, TRUST_OPTION } from "../options.ts";

export const logs: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Prints what the steps of a run, or of a range such as main@100..@200, logged by ctx.log(text), each\ntext with its step. A recording keeps none of it: this is a replay, which is compared with the\nrecording.",
  options: { ...RANGE_OPTIONS, program: PROGRAM_OPTION, trust: TRUST_OPTION },
  examples: [
    ["logs main@814_500..@814_510", "what these steps logged"],
    ["logs main --from -100", "the last hundred steps"],
    ["logs main --json", "for a script"],
  ],
  keys: { logs: [{ lines: ["step", "text"] }] },
  async run(args, { out, open, long }) {
    const repo = await open({ trust: args.trust });
    const { run, from, to } = await stepsOf(repo, args);
    const lines: LogLine[] = [];
    await run.logs(
      (line) => {
        if (out.json) lines.push(line);
        else out.text(`${count(line.step)}  ${line.text}`);
      },
      { ...long("replaying"), from, to },
    );
    if (out.json) out.result({ lines }, () => "");
    return STATUS.ok;
  },
});
