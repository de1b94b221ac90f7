import { toJson } from "../../codec/json.ts";
import type { WhichProgram } from "../../repository.ts";
import { type Command, REPLAY_OPTIONS, STATUS } from "../command.ts";
import { parseCount, parseExpression } from "../parse.ts";
import { count, table } from "../text.ts";

export const stats: Command = {
  usage: "<revision> [expression..]",
  describe:
    "Prints mean, population variance, minimum and maximum of JavaScript expressions over state, step\nand params (of the state itself unless one is given), over every step, in one pass.",
  options: {
    from: { describe: "the first step to look at", type: "string" },
    to: { describe: "the last step to look at", type: "string" },
    ...REPLAY_OPTIONS,
  },
  examples: [
    ["stats main", "of a state that is a number"],
    ['stats main "state.x" "state.x ** 2" --json', "of two expressions, for a script"],
  ],
  async run(args, { out, open, long }) {
    const given = (args.expression as string[] | undefined) ?? [];
    const names = given.length > 0 ? given.map(String) : ["state"];
    const expressions = names.map(parseExpression);
    const repo = await open({ trust: args.trust === true });
    const program = args.program as WhichProgram;
    const { run } = await repo.revision(String(args.revision), { program });
    const result = await run.stats(
      (state, ctx) => expressions.map((expression) => expression(state, ctx) as number),
      {
        ...long("measuring"),
        from: args.from === undefined ? undefined : parseCount(args.from, "--from"),
        to: args.to === undefined ? undefined : parseCount(args.to, "--to"),
      },
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
