import { clock } from "../../base/clock.ts";
import { plural } from "../../base/count.ts";
import { type Command, command, STATUS } from "../command.ts";
import { readOutputs } from "../input/outputs.ts";
import { parseCount } from "../input/parse.ts";
import { readRecording } from "../input/recording.ts";
import { usageError } from "../input/usage-error.ts";
import {
  CHANCE_OPTIONS,
  OUTPUTS_OPTIONS,
  RECORDING,
  STREAMS_OPTION,
  TRUST_OPTION,
} from "../options.ts";
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
    from: {
      describe: "begin with the state of a run at a step, as step 0; init is not run",
      type: "string",
      value: "REV@STEP",
      completes: "revision",
    },
    "init-file": {
      describe: "begin with the state in a file: .json, or .cbor as `get -o` writes it",
      type: "string",
      value: "FILE",
      completes: "files",
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
    trust: TRUST_OPTION,
    ...OUTPUTS_OPTIONS,
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
      "record walk.ts --from main@50% --steps 1e5 --seed 7 -b again",
      "a new run from the middle of main: its own seed, params and step 0",
    ],
    [
      "record sir.ts#sir --steps 400 --restart",
      "again on the current branch; the old run is archived",
    ],
  ],
  keys: { record: ["branch", "run", "root", "steps", "blockSize", "checkpoints", "seed"] },
  async run(args, { out, cwd, open, long }) {
    const options = { ...readRecording(args), steps: parseCount(args.steps, "--steps") };
    const outputs = readOutputs(args, cwd);
    const file = checkInitFile(args);
    const repo = await open({ trust: args.trust });
    const from = args.from === undefined ? file : await repo.revision(args.from);
    const started = clock.now();
    const name = args.branch ?? (await repo.branches.current()) ?? "main";
    const run = await repo.record<unknown, Record<string, unknown>>(args.module, {
      ...options,
      ...long("recording"),
      branch: name,
      restart: args.restart,
      ...{ from, outputs, cwd },
    });
    const took = duration(clock.now() - started);
    const seed = await seedOf(run, options.seed);
    const text = `recorded ${plural(run.steps, "step")} on ${name} in ${took}`;
    printRun(out, run, name, text, { seed });
    return STATUS.ok;
  },
});

/** The file of --init-file. Throws USAGE. */
function checkInitFile(args: {
  readonly from: string | undefined;
  readonly initFile: string | undefined;
}): { readonly file: string } | undefined {
  const { from, initFile: file } = args;
  if (file === undefined) return undefined;
  if (from !== undefined) throw usageError("expected --from or --init-file, got both");
  if (/\.(json|cbor)$/i.test(file)) return { file };
  throw usageError(`expected --init-file FILE.json or FILE.cbor, got ${JSON.stringify(file)}`);
}
