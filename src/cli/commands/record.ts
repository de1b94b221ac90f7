import { clock } from "../../base/clock.ts";
import { plural } from "../../base/count.ts";
import { type Command, command, STATUS } from "../command.ts";
import { parseCount } from "../input/parse.ts";
import { readRecording } from "../input/recording.ts";
import { CHANCE_OPTIONS, RECORDING, STREAMS_OPTION } from "../options.ts";
import { printRun, seedOf } from "../show/print-run.ts";
import { duration } from "../terminal/text.ts";

export const record: Command = command({
  positionals: { module: { type: "string", demandOption: true, completes: "files" } },
  describe:
    "Records a run of the simulation that a TypeScript or JavaScript module exports (path#export names\nthe export), on a new branch. Ctrl-C and a step that fails keep every whole step,\na kill all but the last five seconds. Other commands see the run while it is recorded.",
  options: {
    steps: {
      describe: "the number of steps: 1000000, 1_000_000 or 1e6",
      type: "string",
      value: "N",
      demandOption: true,
    },
    seed: RECORDING.seed,
    branch: {
      alias: "b",
      describe: "the branch to record on; by default the current one",
      type: "string",
      value: "NAME",
      completes: "branch",
    },
    restart: {
      describe: "record again on a branch that has a run; the old run is archived",
      type: "boolean",
    },
    param: RECORDING.param,
    "block-size": RECORDING.blockSize,
    rng: RECORDING.rng,
    streams: STREAMS_OPTION,
    ...CHANCE_OPTIONS,
    message: RECORDING.message,
    "self-check": RECORDING.selfCheck,
  },
  examples: [
    ["record walk.ts --steps 1e6 --seed 42", "a million steps, on the current branch"],
    [
      "record sir.ts#sir --steps 365 -b beta-03 --param beta=0.3",
      "one export, a param, a new branch",
    ],
    [
      "record walk.ts --steps 1e6 --seed 42 -b plain --rng numpy --streams continuous",
      "the numbers that a loop over numpy.random.default_rng(42) draws",
    ],
    [
      "record sir.ts#sir --steps 400 --restart",
      "again on the current branch; the old run is archived",
    ],
  ],
  keys: { record: ["branch", "run", "root", "steps", "blockSize", "checkpoints", "seed"] },
  async run(args, { out, cwd, open, long }) {
    const options = { ...readRecording(args), steps: parseCount(args.steps, "--steps") };
    const repo = await open();
    const started = clock.now();
    const name = args.branch ?? (await repo.branches.current()) ?? "main";
    const run = await repo.record<unknown, Record<string, unknown>>(args.module, {
      ...options,
      ...long("recording"),
      branch: name,
      restart: args.restart,
      cwd,
    });
    const took = duration(clock.now() - started);
    const seed = await seedOf(run, options.seed);
    const text = `recorded ${plural(run.steps, "step")} on ${name} in ${took}`;
    printRun(out, run, name, text, { seed });
    return STATUS.ok;
  },
});
