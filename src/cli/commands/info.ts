import path from "node:path";
import { count, plural } from "../../base/count.ts";
import { shortId } from "../../object/id.ts";
import { describeFile, type FileDescription } from "../../repository/describe-file.ts";
import { type Command, command, STATUS } from "../command.ts";
import { runNames } from "../show/run-names.ts";
import { runText } from "../show/run-text.ts";
import { size, table } from "../terminal/text.ts";

export const info: Command = command({
  positionals: { file: { type: "string", demandOption: true, completes: "files" } },
  describe:
    "Describes a file that save wrote (- is standard input), and checks every byte of it: its runs with the\nnames under which they were saved, what is left out, and which runs a store must have to load it. Runs\nnothing, needs no store.",
  options: {},
  examples: [
    ["info run.replay", "what is in it?"],
    ["info run.replay --json", "the same for a script"],
  ],
  keys: {
    info: [
      "bytes",
      { runs: ["run", "names", "root", "steps", "goal", "blockSize", "checkpoints"] },
      ...["requires", "leftOut", "description"],
    ],
  },
  async run(args, { out, cwd, input }) {
    const { file } = args;
    const given = file === "-" ? await input() : path.resolve(cwd, file);
    const told = await describeFile(given, { params: out.json ? "all" : "short" });
    out.result({ ...told }, () =>
      [
        `${file === "-" ? "standard input" : file}: ${size(told.bytes)}, intact`,
        ...leftOutLines(told),
        told.description === null ? runsText(told) : runText(told.description),
      ].join("\n"),
    );
    return STATUS.ok;
  },
});

function leftOutLines({ leftOut, requires }: FileDescription): string[] {
  const { code, checkpoints } = leftOut;
  return [
    ...(requires.length === 0
      ? []
      : [`needs a store that has ${runNames(requires)}: what these have is left out`]),
    ...(code ? ["without code, which the project must have"] : []),
    ...(checkpoints === 0
      ? []
      : [`without the states of ${plural(checkpoints, "checkpoint")}, which a replay gives`]),
  ];
}

function runsText({ runs }: FileDescription): string {
  return table(
    runs.map(({ run, names, steps, goal }) => [
      names.length === 0 ? "-" : names.join(", "),
      plural(steps, "step") + (steps < goal ? ` of ${count(goal)}, unfinished` : ""),
      `run ${shortId(run)}`,
    ]),
  );
}
