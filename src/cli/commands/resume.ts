import { checkExpected } from "../../replay/run/expected.ts";
import type { Run } from "../../replay/run/run.ts";
import type { Repository } from "../../repository.ts";
import { type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { optional, optionalCount, usageError } from "../input/parse.ts";
import { RECORDING, readRecording } from "../input/recording-options.ts";
import { currentBranch } from "../input/revision.ts";
import { printRun, seedOf } from "../show/print-run.ts";
import { count, duration, plural } from "../terminal/text.ts";

export const resume: Command = {
  usage: "[branch]",
  describe:
    "Continues a recording that was interrupted or that failed, from its last checkpoint to the steps\nthat it was asked for. It has the root that one uninterrupted recording has. What --steps, --seed,\n--param, --block-size, --rng, --streams and --fresh-if-missing say must be what was recorded: nothing is\nchanged by going on.",
  options: {
    "fresh-if-missing": {
      describe: "where the branch has no run, record this module",
      type: "text",
      value: "MODULE",
    },
    steps: { describe: "the steps that it was asked for", type: "text", value: "N" },
    seed: { ...RECORDING.seed, describe: "the master seed that it was begun with" },
    param: { ...RECORDING.param, describe: "a param's recorded value; may be given several times" },
    "block-size": { ...RECORDING["block-size"], describe: "the steps between its checkpoints" },
    rng: { ...RECORDING.rng, describe: "its random number generator" },
    streams: { ...RECORDING.streams, describe: "how its generators are seeded" },
    message: { ...RECORDING.message, describe: "a line about the run, where it is recorded now" },
    "self-check": RECORDING["self-check"],
    trust: TRUST_OPTION,
  },
  examples: [
    ["resume unfinished", "go on after Ctrl-C"],
    [
      "resume nightly --fresh-if-missing walk.ts --steps 5000 --seed 7",
      "for a script that may be started again: record, go on, or nothing to do",
    ],
  ],
  async run(args, { out, cwd, open, long }) {
    const wanted = { ...readRecording(args), steps: optionalCount(args.steps, "--steps") };
    const repo = await open({ trust: args.trust === true });
    const branch = await currentBranch(repo, args.branch);
    const started = performance.now();
    const took = (): string => duration(performance.now() - started);
    const module = optional(args.freshIfMissing);
    const found = module === undefined ? undefined : await standing(repo, branch);
    // What is not recorded now must be what was.
    const program =
      module === undefined || found === undefined ? undefined : await repo.sourceOf(module, cwd);
    const expected = { ...wanted, program };
    let run: Run;
    let text: string;
    if (module !== undefined && found === undefined) {
      const { steps } = wanted;
      if (steps === undefined) {
        throw usageError(`expected --steps N: ${branch} has no run, and is to be recorded`);
      }
      run = await repo.record(module, { ...wanted, ...long("recording"), steps, branch, cwd });
      text = `recorded ${plural(run.steps, "step")} on ${branch} in ${took()}`;
    } else if (found?.finished) {
      await checkExpected(found, branch, expected);
      run = found;
      text = `${branch} is finished: it has its ${plural(run.steps, "step")}`;
    } else {
      const { selfCheck } = wanted;
      run = await repo.resume(branch, { ...long("recording"), selfCheck, expect: expected });
      text = `resumed ${branch}, recorded to step ${count(run.steps)} in ${took()}`;
    }
    const isNew = module !== undefined && found === undefined;
    const seed = await seedOf(run, isNew ? wanted.seed : "recorded before");
    await repo.close();
    printRun(out, run, branch, text, { seed });
    return STATUS.ok;
  },
};

/** The run of a branch, if it has one. */
async function standing(repo: Repository, branch: string): Promise<Run | undefined> {
  if ((await repo.branches.find(branch)) === undefined) return undefined;
  return (await repo.revision<unknown, Record<string, unknown>>(branch)).run;
}
