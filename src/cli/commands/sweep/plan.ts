import { count, plural } from "../../../base/count.ts";
import { toJson } from "../../../codec/json/write.ts";
import type { Repository, SweepOptions } from "../../../repository.ts";
import { type Context, STATUS } from "../../command.ts";
import { valueText } from "../../show/value-text.ts";
import { table } from "../../terminal/text.ts";

/** The most rows that are printed. */
const MOST_ROWS = 50;

/** Prints the runs that a sweep would record. */
export async function printPlan(
  repo: Repository,
  module: string,
  options: SweepOptions,
  { out }: Context,
): Promise<number> {
  const rows = await repo.planSweep<unknown, Record<string, unknown>>(module, options);
  const data = {
    ...{ runs: rows.length, steps: options.steps },
    rows: rows.map(({ number, params, seed, replicate }) => ({
      ...{ run: number, params: toJson(params), seed: toJson(seed) },
      replicate: replicate ?? null,
    })),
  };
  out.result(data, () => {
    const columns = Object.keys(rows[0]?.params ?? {});
    const head = ["run", ...columns, "seed"];
    const lines = rows
      .slice(0, MOST_ROWS)
      .map(({ number, params, seed }) => [
        String(number),
        ...columns.map((name) => valueText(params[name])),
        String(seed),
      ]);
    const more = rows.length - lines.length;
    return [
      `would record ${plural(rows.length, "run")} of ${plural(options.steps, "step")} each`,
      table(
        [head, ...lines],
        head.map((_, i) => i),
      ),
      ...(more > 0 ? [`… and ${count(more)} more: --json prints all`] : []),
    ].join("\n");
  });
  return STATUS.ok;
}
