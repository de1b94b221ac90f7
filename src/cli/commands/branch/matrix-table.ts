import { count } from "../../../base/count.ts";
import { toJson } from "../../../codec/json/write.ts";
import { shortId } from "../../../object/id.ts";
import { paramBeside } from "../../../replay/params.ts";
import type { Run } from "../../../replay/run/run.ts";
import { madeRun } from "../../show/print-run.ts";
import { formatState, shortJson } from "../../show/state.ts";
import { table } from "../../terminal/text.ts";
import type { Cell } from "./matrix.ts";

/** The forks of a matrix, ready for JSON. */
export function matrixData(cells: readonly Cell[], runs: readonly Run[]): unknown {
  const branches = runs.map((run, i) => ({
    ...madeRun(run, cells[i]?.branch),
    params: toJson(run.params),
  }));
  return { branches };
}

/** Longer states are left out of the table. */
const SHORT_STATE = 40;

/** The most forks in the table, which then counts the rest. */
const MOST_ROWS = 50;

/** The forks of a matrix as a table. */
export async function matrixTable(cells: readonly Cell[], runs: readonly Run[]): Promise<string> {
  const more = runs.length - MOST_ROWS;
  const rows = await Promise.all(
    runs.slice(0, MOST_ROWS).map(async (run, i) => {
      const { branch = "", params = {} } = cells[i] ?? {};
      const values = Object.keys(params).map(
        (name) => `${name}=${shortJson(toJson(paramBeside(run.params, name, undefined).recorded))}`,
      );
      const state = await lastState(run);
      return [
        branch,
        values.join(" "),
        shortId(run.id),
        count(run.steps),
        shortId(run.root),
        state,
      ];
    }),
  );
  const hasStates = rows.some((row) => row.at(-1) !== "");
  const head = ["branch", "params", "run", "steps", "root", hasStates ? "last state" : ""];
  const text = table([head, ...rows], [3]);
  return more > 0 ? `${text}\n… and ${count(more)} more; \`rewind branch\` lists them` : text;
}

async function lastState(run: Run): Promise<string> {
  const types = await run.typesAt(run.steps);
  const text = formatState(await run.get(run.steps), { oneLine: true, types });
  return text.length > SHORT_STATE ? "" : text;
}
