import { parsePath } from "../../../codec/path/parse.ts";
import { stepOf } from "../../../history/revision.ts";
import { type Command, command, type Keys, STATUS } from "../../command.ts";
import { endsIn, readEnds } from "../../input/range.ts";
import { optionalStep } from "../../input/step-text.ts";
import { usageError } from "../../input/usage-error.ts";
import { TRUST_OPTION } from "../../options.ts";
import { plotColumns } from "../../terminal/plot.ts";
import { nameOf, type Sides, sidesOf } from "./diff-sides.ts";
import { differenceJson } from "./difference-json.ts";
import { differenceText } from "./difference-text.ts";

const KEYS: Keys = [
  ...["identical", "forkStep", "firstDifferentStep", { changes: ["path", "a", "b"] }, "inputs"],
  ...["shared", "segments", "sources", "end"],
];

export const diff: Command = command({
  positionals: {
    a: { type: "string", demandOption: true, completes: "revision" },
    b: { type: "string", completes: "revision", without: "a range as <a>" },
  },
  describe:
    "Compares two runs, <a> <b> or <a>..<b>: where they forked, what was changed, the first step at which\ntheir states differ, the fields that differ there, and how far they have drifted at the end. With a\nstep in both, main@100..main@200, the two states. Exit status 3 when they differ.",
  options: {
    at: {
      describe: "compare the states at this step: 500, 50%, -1",
      type: "string",
      value: "STEP",
    },
    plot: { describe: "plot a number of both states over steps", type: "string", value: "PATH" },
    stat: {
      describe: "the number of steps at which each field differs, and how far",
      type: "boolean",
    },
    "all-spans": {
      describe: "list the stretches in which they are equal, and those in which they differ",
      type: "boolean",
    },
    from: {
      describe: "the first step of --plot, --stat and --all-spans",
      type: "string",
      value: "STEP",
    },
    to: {
      describe: "the last step of --plot, --stat and --all-spans",
      type: "string",
      value: "STEP",
    },
    "all-fields": { describe: "list every field that differs", type: "boolean" },
    source: { describe: "print all differences of the sources", type: "boolean" },
    "no-exit-code": { describe: "exit with status 0 even if they differ", type: "boolean" },
    trust: TRUST_OPTION,
  },
  examples: [
    ["diff main fix", "the first step and the fields that differ, and the drift at the end"],
    ["diff main fix --at 900_000", "the states at one step"],
    ["diff main@100..main@200", "two states of one run"],
    ["diff main..fix --plot state", "one number of both runs, drawn over the steps"],
    [
      "diff main clamped --stat --all-spans",
      "how far each field drifts; where the runs meet again",
    ],
  ],
  keys: {
    diff: KEYS,
    "diff --at": [...KEYS, "at"],
    "diff --all-spans": [...KEYS, "spans"],
    "diff --stat": [...KEYS, "stat"],
    "diff --plot": [...KEYS, "plot"],
  },
  async run(args, { out, open, long }) {
    const sides = sidesOf(args.a, args.b);
    checkOptions(args, sides);
    const ends = readEnds(args);
    const step = optionalStep(args.at, "--at");
    if (args.plot !== undefined) parsePath(args.plot);
    const repo = await open({ trust: args.trust });
    const [a, b] = await Promise.all([repo.revision(sides.a), repo.revision(sides.b)]);
    const common = Math.min(a.run.steps, b.run.steps);
    const names = [nameOf(sides.a), nameOf(sides.b)] as const;
    const comparison = await repo.diff(a, b, {
      ...{ ...long("comparing"), ...endsIn(ends, common), names },
      at: sides.steps ? [a.step as number, b.step as number] : step && stepOf(step, common, common),
      limit: args.allFields || out.json ? Number.POSITIVE_INFINITY : MOST_FIELDS,
      spans: args.allSpans,
      statistics: args.stat,
      sample: args.plot,
      // Data must not depend on the terminal.
      points: plotColumns(out.json ? 80 : out.columns),
    });
    const wanted = { names, allFields: args.allFields === true, allSource: args.source === true };
    out.result(
      () => differenceJson(comparison),
      () => differenceText(comparison, wanted, out),
    );
    return comparison.differs && !args.noExitCode ? STATUS.differs : STATUS.ok;
  },
});

/** The most differences of a state to list by default. */
const MOST_FIELDS = 20;

/** The options that need others, or contradict what is compared. */
interface Limits {
  readonly at: string | undefined;
  readonly plot: string | undefined;
  readonly stat: boolean | undefined;
  readonly allSpans: boolean | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Throws USAGE for options that do not go together. */
function checkOptions(args: Limits, { a, b, steps }: Sides): void {
  if (steps && args.at !== undefined) {
    throw usageError(`--at names the step of both: leave out the steps of ${a} and ${b}`);
  }
  const ranged = args.plot !== undefined || args.stat || args.allSpans;
  if (!ranged && (args.from !== undefined || args.to !== undefined)) {
    throw usageError(
      "--from and --to are the steps of --plot, --stat or --all-spans: give one of them",
    );
  }
}
