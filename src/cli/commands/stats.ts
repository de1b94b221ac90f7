import { describe } from "../../base/checks.ts";
import { toJson } from "../../codec/json/write.ts";
import { type Command, REPLAY_OPTIONS, STATUS } from "../command.ts";
import { parseExpression } from "../input/expression.ts";
import { withMissingField } from "../input/missing-field.ts";
import { RANGE_OPTIONS, stepsOf } from "../input/range.ts";
import { count, table } from "../terminal/text.ts";

export const stats: Command = {
  usage: "<revision> [expression..]",
  describe:
    "Prints mean, population variance, minimum and maximum of JavaScript expressions over state, step,\nparams and previous, the state one step before (of the state itself unless one is given), over every\nstep of a run, or of a range: main@100..@200. One pass.",
  options: {
    ...RANGE_OPTIONS,
    ...REPLAY_OPTIONS,
  },
  examples: [
    ["stats main", "of a state that is a number"],
    ['stats main "state > 0"', "how often something holds: the mean of 1s and 0s"],
    ['stats main@99%.. "state - previous"', "by how much it changes in a step, at the end"],
    ['stats main "state.x" "state.x ** 2" --json', "of two expressions, for a script"],
  ],
  async run(args, { out, open, long }) {
    const given = (args.expression as string[] | undefined) ?? [];
    const names = given.length > 0 ? given.map(String) : ["state"];
    const expressions = names.map(parseExpression);
    const repo = await open({ trust: args.trust === true });
    const { run, from, to } = await stepsOf(repo, args);
    const measured = run.stats(
      // A rest, since a third parameter is refused where no expression asks for the state before.
      (state, ctx, ...before) =>
        expressions.map(({ look, text }) => numberOf(look(state, ctx, before[0]), text)),
      { ...long("measuring"), from, to, previous: expressions.some(({ previous }) => previous) },
    );
    const result = await measured.catch(async (error) => {
      throw await withMissingField(error, run, names);
    });
    await repo.close();
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
};

/** A truth counts as 1 or 0, so that its mean is how often it holds. */
function numberOf(value: unknown, expression: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new TypeError(`expected ${expression} to be a number, got ${describe(value)}`);
}
