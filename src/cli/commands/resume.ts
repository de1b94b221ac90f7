import { clock } from "../../base/clock.ts";
import { count, plural } from "../../base/count.ts";
import type { Run } from "../../replay/run/run.ts";
import type { Repository } from "../../repository.ts";
import { type Command, command, STATUS } from "../command.ts";
import { readOutputs } from "../input/outputs.ts";
import { optionalCount } from "../input/parse.ts";
import { readRecording } from "../input/recording.ts";
import { currentBranch } from "../input/revision.ts";
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

export const resume: Command = command({
  positionals: {
    branch: { type: "string", completes: "branch", without: "the current branch" },
  },
  describe:
    "Continues a recording that was interrupted or that failed, from its end to its goal. Its\nroot is that of one uninterrupted recording. --steps, --seed, --param, --block-size, --rng, --streams,\n--chance, --clock-start, --clock-step and --fresh-if-missing change nothing: they must say what was\nrecorded.",
  options: {
    "fresh-if-missing": {
      describe: "record this module if the branch has no run",
      type: "string",
      value: "MODULE",
      completes: "files",
    },
    steps: { describe: "the steps of the recording", type: "string", value: "N" },
    seed: { ...RECORDING.seed, describe: "its master seed" },
    param: { ...RECORDING.param, describe: "a param's recorded value; may be repeated" },
    "block-size": { ...RECORDING.blockSize, describe: "the steps between its checkpoints" },
    rng: { ...RECORDING.rng, describe: "its random number generator" },
    streams: { ...STREAMS_OPTION, describe: "how its generators are seeded" },
    ...CHANCE_OPTIONS,
    message: { ...RECORDING.message, describe: "a line about the run, if it is recorded now" },
    "self-check": RECORDING.selfCheck,
    ...OUTPUTS_OPTIONS,
    trust: TRUST_OPTION,
  },
  examples: [
    ["resume unfinished", "continue after Ctrl-C"],
    [
      "resume nightly --fresh-if-missing walk.ts --steps 5000 --seed 7",
      "for a script that may be started again: record, continue, or do nothing",
    ],
  ],
  keys: { resume: ["branch", "run", "root", "steps", "blockSize", "checkpoints", "seed"] },
  async run(args, { out, cwd, open, long }) {
    const wanted = { ...readRecording(args), steps: optionalCount(args.steps, "--steps") };
    const outputs = readOutputs(args, cwd);
    const repo = await open({ trust: args.trust });
    const branch = await currentBranch(repo, args.branch);
    const started = clock.now();
    const took = (): string => duration(clock.now() - started);
    const module = args.freshIfMissing;
    const found = module === undefined ? undefined : await standing(repo, branch);
    // A run that exists must be of this code.
    const program =
      module === undefined || found === undefined ? undefined : await repo.sourceOf(module, cwd);
    const { message: _, selfCheck, ...values } = wanted;
    const expected = { ...values, program };
    let run: Run;
    let text: string;
    if (module !== undefined && found === undefined) {
      const { steps } = wanted;
      if (steps === undefined) {
        throw usageError(`expected --steps N: ${branch} has no run yet, and would be recorded`);
      }
      run = await repo.record(module, {
        ...{ ...wanted, ...long("recording"), steps, branch, outputs, cwd },
      });
      text = `recorded ${plural(run.steps, "step")} on ${branch} in ${took()}`;
    } else if (found?.finished) {
      await repo.checkRecorded(branch, expected);
      run = found;
      text = `${branch} is finished: it has its ${plural(run.steps, "step")}`;
    } else {
      run = await repo.resume(branch, {
        ...{ ...long("recording"), selfCheck, outputs, expect: expected },
      });
      text = `resumed ${branch}, recorded to step ${count(run.steps)} in ${took()}`;
    }
    const isNew = module !== undefined && found === undefined;
    const seed = await seedOf(run, isNew ? wanted.seed : "recorded before");
    printRun(out, run, branch, text, { seed });
    return STATUS.ok;
  },
});

/** The run of a branch, if it has one. */
async function standing(repo: Repository, branch: string): Promise<Run | undefined> {
  if ((await repo.branches.find(branch)) === undefined) return undefined;
  return (await repo.revision<unknown, Record<string, unknown>>(branch)).run;
}
