import { shortId } from "../../object/id.ts";
import type { RecordOptions } from "../../replay/record.ts";
import type { Run } from "../../replay/run.ts";
import { type Command, STATUS } from "../command.ts";
import type { Output } from "../output.ts";
import { optional, optionalCount, parseCount, parsePairs, parseSeed } from "../parse.ts";
import { count, duration, plural } from "../text.ts";

export const record: Command = {
  usage: "<module>",
  describe:
    "Records a run of the simulation that a TypeScript or JavaScript module exports (path#export names\nthe export), on a new branch. Ctrl-C keeps what was recorded up to the last checkpoint.",
  options: {
    steps: {
      describe: "how many steps: 1000000, 1_000_000 or 1e6",
      type: "text",
      value: "N",
      required: true,
    },
    seed: { describe: "the master seed; a random one unless given", type: "text", value: "S" },
    branch: {
      short: "b",
      describe: "the branch to record on; the current one unless given",
      type: "text",
      value: "NAME",
    },
    param: {
      describe: "a param's value; may be given several times",
      type: "text",
      value: "NAME=VALUE",
      many: true,
    },
    "block-size": {
      describe: "steps between checkpoints; the square root of the steps unless given",
      type: "text",
      value: "B",
    },
    rng: { describe: "the random number generator", type: "text", value: "NAME" },
    message: { short: "m", describe: "a line about the run", type: "text", value: "TEXT" },
    "self-check": {
      describe: "replay each block at once and compare",
      type: "boolean",
    },
  },
  examples: [
    ["record walk.ts --steps 1e6 --seed 42", "a million steps, on the current branch"],
    [
      "record sir.ts#sir --steps 365 -b beta-03 --param beta=0.3",
      "one export, a param, a branch of its own",
    ],
  ],
  async run(args, { out, cwd, open, long }) {
    const options = recordOptions(args);
    const repo = await open();
    const started = performance.now();
    const branch = optional(args.branch);
    const run = await repo.record(String(args.module), {
      ...options,
      ...long("recording"),
      branch,
      cwd,
    });
    const name = branch ?? (await repo.branches.current()) ?? "main";
    printRun(
      out,
      run,
      name,
      `recorded ${plural(run.steps, "step")} on ${name} in ${duration(performance.now() - started)}`,
    );
    await repo.close();
    return STATUS.ok;
  },
};

function recordOptions(args: Readonly<Record<string, unknown>>): RecordOptions {
  return {
    steps: parseCount(args.steps, "--steps"),
    seed: args.seed === undefined ? undefined : parseSeed(args.seed),
    params: parsePairs(args.param, "param"),
    blockSize: optionalCount(args.blockSize, "--block-size"),
    rng: optional(args.rng),
    message: optional(args.message),
    selfCheck: args.selfCheck === true,
  };
}

/** Prints a run that was just made. */
export function printRun(out: Output, run: Run, branch: string | undefined, text: string): void {
  const { id, root, steps, blockSize, checkpoints } = run;
  out.result({ branch: branch ?? null, run: id, root, steps, blockSize, checkpoints }, () =>
    [
      text,
      `  run   ${shortId(id)}`,
      `  root  ${shortId(root)}`,
      `  ${plural(checkpoints, "checkpoint")}, ${count(blockSize)} steps apart`,
    ].join("\n"),
  );
}
