import { clock } from "../../../base/clock.ts";
import { count, plural } from "../../../base/count.ts";
import type { Ensemble, PlannedSweep, SweepOptions } from "../../../repository.ts";
import { type Command, type Context, command, STATUS } from "../../command.ts";
import { optionalCount, parseCount } from "../../input/parse.ts";
import { quoted } from "../../input/quoted.ts";
import { type RecordingOptions, readRecording } from "../../input/recording.ts";
import { parseSeeds } from "../../input/seeds.ts";
import { usageError } from "../../input/usage-error.ts";
import { CHANCE_OPTIONS, RECORDING, STREAMS_OPTION, TRUST_OPTION } from "../../options.ts";
import { duration } from "../../terminal/text.ts";
import { sweptParams } from "./axes.ts";
import { printPlan } from "./plan.ts";

export const sweep: Command = command({
  positionals: { module: { type: "string", completes: "files" } },
  describe:
    "Records a simulation over params and seeds, as an ensemble: one name for all its runs, each of which\nis a revision, NAME:0, NAME:1 and so on. A run whose step fails is a row of `rewind table NAME`, not the\nend. Ctrl-C keeps all that is done, a kill all but the last seconds; --continue goes on.",
  options: {
    name: { alias: "b", describe: "the name of the ensemble", type: "string", value: "NAME" },
    param: {
      describe: "a param's values: 0.1:0.5:0.1, 1,2,5, or one; may be repeated",
      type: "string",
      value: "NAME=VALUES",
      array: true,
    },
    zip: { describe: "take the values side by side, not in every combination", type: "boolean" },
    design: {
      describe: "a file with a row for each run: CSV with a header, or a JSON array",
      type: "string",
      value: "FILE",
      completes: "files",
    },
    seeds: {
      describe: "run each point with these seeds: 0..99, or 1,2,5",
      type: "string",
      value: "A..B",
    },
    replicates: {
      describe: "run each point N times, with seeds derived from --seed",
      type: "string",
      value: "N",
    },
    steps: { describe: "the number of steps of each run", type: "string", value: "N" },
    seed: {
      ...RECORDING.seed,
      describe: "the ensemble's seed, from which those of its runs are derived",
    },
    "block-size": RECORDING.blockSize,
    rng: RECORDING.rng,
    streams: STREAMS_OPTION,
    ...CHANCE_OPTIONS,
    message: { ...RECORDING.message, describe: "a line about the ensemble" },
    "max-failures": { describe: "end early when more runs fail", type: "string", value: "N" },
    "max-runs": {
      describe: "the most runs that a design may have; 100,000 by default",
      type: "string",
      value: "N",
    },
    "dry-run": { describe: "print the runs, and record nothing", type: "boolean" },
    continue: {
      describe: "record what this ensemble lacks",
      type: "string",
      value: "NAME",
      completes: "ensemble",
    },
    "add-seeds": {
      describe: "with --continue: run each point with more seeds",
      type: "string",
      value: "A..B",
    },
    "add-replicates": {
      describe: "with --continue: run each point N more times",
      type: "string",
      value: "N",
    },
    "retry-failed": { describe: "with --continue: record failed runs again", type: "boolean" },
    trust: TRUST_OPTION,
  },
  examples: [
    [
      "sweep sir.ts --param beta=0.1:0.5:0.1 --param gamma=1,2 --seeds 0..99 --steps 365 -b grid",
      "ten points with a hundred seeds each",
    ],
    ["sweep sir.ts --param beta=1,2 --param gamma=3,4 --zip --steps 365 -b pair", "two points"],
    [
      "sweep sir.ts --design lhs.csv --replicates 5 --seed 1 --steps 365 -b lhs",
      "points of a file",
    ],
    ["sweep --continue grid", "go on after an interruption"],
    ["sweep --continue grid --add-seeds 100..199", "a hundred seeds more"],
  ],
  keys: {
    sweep: ["ensemble", "id", "runs", "steps", "done", "failed", "seed"],
    "sweep --dry-run": ["runs", "steps", { rows: ["run", "params", "seed", "replicate"] }],
  },
  async run(args, context) {
    const ensemble = args.continue;
    if (ensemble !== undefined) return goOn(ensemble, args, context);
    const stray = ONLY_CONTINUE.find((option) => args[option] !== undefined);
    if (stray !== undefined)
      throw usageError(`expected --${dashed(stray)} together with --continue NAME`);
    const { module, name, steps } = args;
    if (module === undefined) throw usageError("expected a module, or --continue NAME");
    if (name === undefined) throw usageError("expected the name of the ensemble: -b NAME");
    if (steps === undefined) throw usageError("expected --steps N");
    const options = { ...sweepOptions(args), name, steps: parseCount(steps, "--steps") };
    const repo = await context.open();
    if (args.dryRun) return printPlan(repo, module, { ...options, cwd: context.cwd }, context);
    return recorded(context, (more) =>
      repo.sweep(module, { ...options, ...more, cwd: context.cwd }),
    );
  },
});

interface SweepArguments extends RecordingOptions {
  readonly zip?: boolean | undefined;
  readonly design?: string | undefined;
  readonly seeds?: string | undefined;
  readonly replicates?: string | undefined;
  readonly maxFailures?: string | undefined;
  readonly maxRuns?: string | undefined;
}

function sweepOptions(args: SweepArguments): Omit<SweepOptions, "name" | "steps"> {
  const { params, over } = sweptParams(args.param);
  const { selfCheck: _, params: __, ...recording } = readRecording({ ...args, param: undefined });
  const { design, zip } = args;
  const [listed] = Object.keys(over);
  if (design !== undefined && listed !== undefined) {
    throw usageError(`expected one value for ${listed} with --design: the file lists the runs`);
  }
  if (design !== undefined && zip) throw usageError("expected --zip or --design, got both");
  if (args.seeds !== undefined && args.replicates !== undefined) {
    throw usageError("expected --seeds or --replicates, got both");
  }
  return {
    ...recording,
    ...{ params, zip, design },
    over: design === undefined ? over : undefined,
    seeds: args.seeds === undefined ? undefined : parseSeeds(args.seeds, "--seeds"),
    replicates: positive(args.replicates, "--replicates"),
    maxFailures: optionalCount(args.maxFailures, "--max-failures"),
    maxRuns: positive(args.maxRuns, "--max-runs"),
  };
}

function positive(text: string | undefined, option: string): number | undefined {
  const value = optionalCount(text, option);
  if (value === 0) throw usageError(`expected ${option} to be at least 1, got 0`);
  return value;
}

const ONLY_CONTINUE = ["addSeeds", "addReplicates", "retryFailed"] as const;

/** What continues, or is as it was recorded. */
const NOT_CONTINUE = [
  ...([
    "module",
    "name",
    "param",
    "zip",
    "design",
    "seeds",
    "replicates",
    "steps",
    "seed",
  ] as const),
  ...(["blockSize", "rng", "streams", "chance", "message", "maxRuns", "dryRun"] as const),
];

type GoOnArguments = SweepArguments & {
  readonly [Name in (typeof ONLY_CONTINUE)[number] | (typeof NOT_CONTINUE)[number]]?: unknown;
} & { readonly trust?: boolean | undefined };

async function goOn(name: string, args: GoOnArguments, context: Context): Promise<number> {
  const stray = NOT_CONTINUE.find((option) => args[option] !== undefined);
  if (stray !== undefined) {
    const what = stray === "module" ? "a module" : `--${dashed(stray)}`;
    throw usageError(
      `expected --continue without ${what}: an ensemble keeps its code and its design`,
      "changed code, params or steps need a new ensemble: rewind sweep MODULE … -b OTHER",
    );
  }
  const addSeeds = args.addSeeds as string | undefined;
  const options = {
    addSeeds: addSeeds === undefined ? undefined : parseSeeds(addSeeds, "--add-seeds"),
    addReplicates: optionalCount(args.addReplicates as string | undefined, "--add-replicates"),
    retryFailed: args.retryFailed === true ? true : undefined,
    maxFailures: optionalCount(args.maxFailures, "--max-failures"),
  };
  const repo = await context.open({ trust: args.trust });
  return recorded(context, (more) => repo.continueSweep(name, { ...options, ...more }));
}

type Long = ReturnType<Context["long"]> & {
  readonly onPlanned: (planned: PlannedSweep) => void;
};

/** Records, and prints what was recorded. */
async function recorded(
  { out, long }: Context,
  record: (long: Long) => Promise<Ensemble>,
): Promise<number> {
  const started = clock.now();
  let planned: PlannedSweep | undefined;
  const made = await record({
    ...long("recording"),
    onPlanned: (plan) => {
      planned = plan;
      if (out.showsBars) out.detail(planText(plan));
    },
  });
  const { name, id, runs, steps, done, failed, seed } = made;
  const took = duration(clock.now() - started);
  const data = { ensemble: name, id, runs, steps, done, failed, seed: seedJson(seed) };
  out.done(data, () => {
    const some = plural(planned?.remaining ?? runs, "run");
    const failures = failed === 0 ? "" : `, ${count(failed)} failed`;
    return [
      `recorded ${some} of ${plural(steps, "step")} on ${name} in ${took}: ${count(done)} of ${count(runs)} done${failures}`,
      `\`rewind table ${quoted(name)}\` lists them`,
    ].join("\n");
  });
  return STATUS.ok;
}

function planText({ runs, remaining, steps }: PlannedSweep): string {
  const of =
    remaining === runs ? plural(runs, "run") : `${count(remaining)} of ${plural(runs, "run")}`;
  return `${of} of ${plural(steps, "step")} each`;
}

function seedJson(seed: number | bigint): unknown {
  return typeof seed === "bigint" ? { $bigint: String(seed) } : seed;
}

function dashed(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
