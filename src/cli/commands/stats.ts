import { describe } from "../../base/checks.ts";
import { toJson } from "../../codec/json.ts";
import type { WhichProgram } from "../../repository.ts";
import { type Command, REPLAY_OPTIONS, STATUS } from "../command.ts";
import { parseExpression } from "../parse.ts";
import { RANGE_HINT, RANGE_OPTIONS, rangeOf } from "../range.ts";
import { wholeRun } from "../revision.ts";
import { count, table } from "../text.ts";

export const stats: Command = {
  usage: "<revision> [expression..]",
  describe:
    "Prints mean, population variance, minimum and maximum of JavaScript expressions over state, step\nand params (of the state itself unless one is given), over every step, in one pass.",
  options: {
    ...RANGE_OPTIONS,
    ...REPLAY_OPTIONS,
  },
  examples: [
    ["stats main", "of a state that is a number"],
    ['stats main "state > 0"', "how often something holds: the mean of 1s and 0s"],
    ['stats main "state.x" "state.x ** 2" --json', "of two expressions, for a script"],
  ],
  async run(args, { out, open, long }) {
    const given = (args.expression as string[] | undefined) ?? [];
    const names = given.length > 0 ? given.map(String) : ["state"];
    const expressions = names.map(parseExpression);
    const repo = await open({ trust: args.trust === true });
    const program = args.program as WhichProgram;
    const { run } = await wholeRun(repo, args.revision, { program, instead: RANGE_HINT });
    const result = await run.stats(
      (state, ctx) =>
        expressions.map((expression, i) => numberOf(expression(state, ctx), names[i] as string)),
      { ...long("measuring"), ...rangeOf(args) },
    );
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
