import { parsePath } from "../../codec/path/parse.ts";
import { type Arguments, type Command, STATUS, TRUST_OPTION } from "../command.ts";
import { compareRuns } from "../diff/compare.ts";
import { type Sides, sidesOf } from "../diff/diff-sides.ts";
import { differenceJson } from "../diff/difference-json.ts";
import { differenceText } from "../diff/difference-text.ts";
import { usageError } from "../input/parse.ts";
import { rangeOf } from "../input/range.ts";
import { optionalStep } from "../input/step-text.ts";

export const diff: Command = {
  usage: "<a> [b]",
  describe:
    "Compares two runs, <a> <b> or <a>..<b>: where they forked, what was changed, the first step at which\ntheir states differ, the fields that differ there, and how far they have drifted at the end. With a\nstep in both, main@100..main@200, the two states. Exit status 3 where they differ.",
  options: {
    at: { describe: "compare the states at this step: 500, 50%, -1", type: "text", value: "STEP" },
    plot: { describe: "plot a number of both states over steps", type: "text", value: "PATH" },
    stat: { describe: "at how many steps each field differs, and how far", type: "boolean" },
    "all-spans": { describe: "list all steps where they are equal, or not", type: "boolean" },
    from: {
      describe: "the first step of --plot, --stat and --all-spans",
      type: "text",
      value: "STEP",
    },
    to: {
      describe: "the last step of --plot, --stat and --all-spans",
      type: "text",
      value: "STEP",
    },
    "all-fields": { describe: "list every field that differs", type: "boolean" },
    source: { describe: "print all that differs in the sources", type: "boolean" },
    "exit-code": { describe: "status 0 also where they differ", type: "boolean", negatable: true },
    trust: TRUST_OPTION,
  },
  examples: [
    ["diff main fix", "the first step and the fields that differ, and the drift at the end"],
    ["diff main fix --at 900_000", "the states at one step"],
    ["diff main@100..main@200", "two states of one run"],
    ["diff main..fix --plot state", "a number of both, drawn over the steps"],
    [
      "diff main clamped --stat --all-spans",
      "how far each field drifts; where the runs meet again",
    ],
  ],
  async run(args, { out, open, long }) {
    const sides = sidesOf(args.a, args.b);
    checkOptions(args, sides);
    const request = {
      ...rangeOf(args),
      at: optionalStep(args.at, "--at"),
      path: args.plot === undefined ? undefined : parsePath(String(args.plot)),
      spans: args.allSpans === true,
      statistics: args.stat === true,
      every: args.allFields === true || args.json === true,
      // Data must not depend on the terminal.
      columns: args.json === true ? 80 : out.columns,
    };
    const repo = await open({ trust: args.trust === true });
    const compared = await compareRuns(repo, sides, request, long);
    await repo.close();
    const wanted = { allFields: args.allFields === true, allSource: args.source === true };
    out.result(
      () => differenceJson(compared),
      () => differenceText(compared, wanted, out),
    );
    return compared.differs && args.exitCode !== false ? STATUS.differs : STATUS.ok;
  },
};

/** Throws USAGE where options need others, or contradict what is compared. */
function checkOptions(args: Arguments, { a, b, steps }: Sides): void {
  if (steps && args.at !== undefined) {
    throw usageError(`--at names the step of both: leave out the steps of ${a} and ${b}`);
  }
  const ranged = args.plot !== undefined || args.stat === true || args.allSpans === true;
  if (!ranged && (args.from !== undefined || args.to !== undefined)) {
    throw usageError(
      "--from and --to are the steps of --plot, --stat or --all-spans: give one of them",
    );
  }
}
