import { count } from "../../base/count.ts";
import { toJson } from "../../codec/json/write.ts";
import type { Look } from "../../replay/look/look.ts";
import { type Command, command, STATUS } from "../command.ts";
import { numbersOf, parseExpression, type SeveralHint } from "../input/expression.ts";
import { readJobs } from "../input/parse.ts";
import { quoted } from "../input/quoted.ts";
import { stepsOf } from "../input/range.ts";
import { withNumbers } from "../input/with-numbers.ts";
import { JOBS_OPTION, PROGRAM_OPTION, RANGE_OPTIONS, TRUST_OPTION } from "../options.ts";
import { table } from "../terminal/text.ts";

export const stats: Command = command({
  positionals: {
    revision: { type: "string", demandOption: true, completes: "revision" },
    expression: { type: "string", array: true, without: "state" },
  },
  describe:
    "Prints mean, population variance, minimum and maximum of JavaScript expressions over state, step,\nparams and previous, the state one step before (by default of the state itself), over every\nstep of a run, or of a range: main@100..@200. One pass.",
  options: {
    ...RANGE_OPTIONS,
    jobs: JOBS_OPTION,
    program: PROGRAM_OPTION,
    trust: TRUST_OPTION,
  },
  examples: [
    ["stats main", "when the state is a number"],
    ['stats main "state > 0"', "how often it is positive: the mean of 1s and 0s"],
    ['stats main@99%.. "state - previous"', "how much it changes in a step, at the end"],
    ['stats main "state.x" "state.x ** 2" --json', "of two expressions, for a script"],
  ],
  keys: { stats: ["count", { series: ["mean", "variance", "min", "max"] }] },
  async run(args, { out, open, long }) {
    const { expression: given = [] } = args;
    const jobs = readJobs(args.jobs);
    const names = given.length > 0 ? given : ["state"];
    const expressions = names.map((text) => parseExpression(text, asArguments));
    const repo = await open({ trust: args.trust });
    const { run, from, to } = await stepsOf(repo, args);
    const { look, previous } = numbersOf(expressions);
    const measured = run.stats(look as Look<unknown, Record<string, unknown>, readonly number[]>, {
      ...{ ...long("measuring"), from, to, previous, jobs },
    });
    const result = await measured.catch(async (error) => {
      throw await withNumbers(error, run, names);
    });
    const rows = names.map((name, i) => ({
      name,
      mean: result.mean[i] as number,
      variance: result.variance[i] as number,
      min: result.min[i] as number,
      max: result.max[i] as number,
    }));
    const series = Object.fromEntries(rows.map(({ name, ...row }) => [name, toJson(row)]));
    out.result({ count: result.count, series }, () =>
      [
        `${count(result.count)} states`,
        table(
          [
            ["", "mean", "variance", "min", "max"],
            ...rows.map((row) => [
              row.name,
              ...[row.mean, row.variance, row.min, row.max].map(String),
            ]),
          ],
          [1, 2, 3, 4],
        ),
      ].join("\n"),
    );
    return STATUS.ok;
  },
});

const asArguments: SeveralHint = (expressions) =>
  `give each as a separate argument: ${expressions.map(quoted).join(" ")}`;
