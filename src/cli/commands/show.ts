import { toHex } from "../../base/bytes.ts";
import { type Command, STATUS } from "../command.ts";
import { describeRun, runText } from "../describe-run.ts";
import { parseCount } from "../parse.ts";
import { count, visible } from "../text.ts";

export const show: Command = {
  usage: "[revision]",
  describe:
    "Describes a run: its program, params and seeds by segment, where it came from, its sizes.",
  options: {
    seeds: { describe: "list the seed of every block", type: "boolean" },
    source: {
      describe: "print the recorded source of its program",
      type: "boolean",
    },
    limit: { short: "n", describe: "list so many seeds at most", type: "text", value: "N" },
  },
  examples: [
    ["show main", "what is this run?"],
    ["show main --seeds -n 3", "the seeds of its first blocks"],
    ["show main --source", "the code that made it"],
  ],
  async run(args, { out, open }) {
    const repo = await open();
    const { run } = await repo.revision(String(args.revision ?? "HEAD"));
    const { replayer } = run;
    if (args.source === true) {
      const { program } = await replayer.parts(replayer.segmentRecorded(run.steps));
      const source = new TextDecoder().decode(await replayer.get("chunk", program.source));
      out.result({ module: program.module ?? null, source }, () => visible(source.trimEnd()));
    } else if (args.seeds === true) {
      const limit = args.limit === undefined ? run.checkpoints : parseCount(args.limit, "-n");
      const seeds: { block: number; step: number; seed: string }[] = [];
      for (let block = 0; block < Math.min(run.checkpoints, limit); block++) {
        const step = block * run.blockSize;
        seeds.push({ block, step, seed: toHex(await replayer.seedOfBlock(block)) });
      }
      out.result({ seeds }, () =>
        seeds
          .map(({ block, step, seed }) => `block ${count(block)}  step ${count(step)}  ${seed}`)
          .join("\n"),
      );
    } else {
      const description = await describeRun(run);
      out.result(description, () => runText(description));
    }
    await repo.close();
    return STATUS.ok;
  },
};
