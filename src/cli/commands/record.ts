import { type Command, STATUS } from "../command.ts";
import { optional, parseCount } from "../input/parse.ts";
import { RECORDING, readRecording } from "../input/recording-options.ts";
import { printRun, seedOf } from "../show/print-run.ts";
import { duration, plural } from "../terminal/text.ts";

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
    seed: RECORDING.seed,
    branch: {
      short: "b",
      describe: "the branch to record on; the current one unless given",
      type: "text",
      value: "NAME",
    },
    restart: {
      describe: "record anew where the branch has a run, which is archived",
      type: "boolean",
    },
    param: RECORDING.param,
    "block-size": RECORDING["block-size"],
    rng: RECORDING.rng,
    streams: RECORDING.streams,
    message: RECORDING.message,
    "self-check": RECORDING["self-check"],
  },
  examples: [
    ["record walk.ts --steps 1e6 --seed 42", "a million steps, on the current branch"],
    [
      "record sir.ts#sir --steps 365 -b beta-03 --param beta=0.3",
      "one export, a param, a branch of its own",
    ],
    [
      "record walk.ts --steps 1e6 --seed 42 -b plain --rng numpy --streams continuous",
      "the numbers that a loop over numpy.random.default_rng(42) draws",
    ],
    [
      "record sir.ts#sir --steps 400 --restart",
      "anew on the current branch; the old run is archived",
    ],
  ],
  async run(args, { out, cwd, open, long }) {
    const options = { ...readRecording(args), steps: parseCount(args.steps, "--steps") };
    const repo = await open();
    const started = performance.now();
    const name = optional(args.branch) ?? (await repo.branches.current()) ?? "main";
    const run = await repo.record(String(args.module), {
      ...options,
      ...long("recording"),
      branch: name,
      restart: args.restart === true,
      cwd,
    });
    const took = duration(performance.now() - started);
    const seed = await seedOf(run, options.seed);
    await repo.close();
    const text = `recorded ${plural(run.steps, "step")} on ${name} in ${took}`;
    printRun(out, run, name, text, { seed });
    return STATUS.ok;
  },
};
