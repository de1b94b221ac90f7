import { toJson } from "../../codec/json.ts";
import { shortId } from "../../object/id.ts";
import type { Run } from "../../replay/run.ts";
import { madeRun } from "../show/print-run.ts";
import { formatState, shortJson } from "../show/state.ts";
import { count, table } from "../terminal/text.ts";
import { parseValue, usageError } from "./parse.ts";

/** One fork of a matrix: its branch, and the params that are its own. */
export interface Cell {
  readonly branch: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * The forks that `--matrix beta=0.1,0.2 --matrix gamma=1,2` asks for, one for each combination:
 * `NAME/0.1/1`, `NAME/0.1/2` and so on. Throws USAGE.
 */
export function matrixCells(name: string, given: readonly string[]): Cell[] {
  const axes = given.map(parseAxis);
  const twice = axes.find(({ param }, i) => axes.some((axis, j) => j < i && axis.param === param));
  if (twice !== undefined) throw usageError(`--matrix ${twice.param} was given more than once`);
  return axes.reduce<Cell[]>(
    (cells, { param, values }) =>
      cells.flatMap(({ branch, params }) =>
        values.map(({ label, value }) => ({
          branch: `${branch}/${label}`,
          params: { ...params, [param]: value },
        })),
      ),
    [{ branch: name, params: {} }],
  );
}

interface Axis {
  readonly param: string;
  readonly values: readonly { readonly label: string; readonly value: unknown }[];
}

function parseAxis(text: string): Axis {
  const [, param, list] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  const parts = list === undefined ? [] : splitList(list);
  if (param === undefined || parts.length === 0 || parts.includes("")) {
    throw usageError(`expected --matrix name=value,value,…, got ${JSON.stringify(text)}`);
  }
  const values = parts.map((part) => {
    const value = parseValue(part);
    return { label: typeof value === "string" ? value : part, value };
  });
  const keys = values.map(({ value }) => formatState(value));
  const twice = keys.findIndex((key, i) => keys.indexOf(key) < i);
  if (twice !== -1) {
    throw usageError(`--matrix ${param} has the value ${values[twice]?.label} twice`);
  }
  return { param, values };
}

/** The parts of a list between its commas; those inside brackets and quotes are no such. */
function splitList(text: string): string[] {
  const parts = [""];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[\s\S]/g)) {
    const open = parts.at(-1) ?? "";
    if (token === "," && depthOf(open) === 0) parts.push("");
    else parts[parts.length - 1] = open + token;
  }
  return parts;
}

function depthOf(text: string): number {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, "");
  return bare.replace(/[^[{]/g, "").length - bare.replace(/[^\]}]/g, "").length;
}

/** What there is to say of the forks of a matrix, ready for JSON. */
export function matrixData(cells: readonly Cell[], runs: readonly Run[]): unknown {
  const branches = runs.map((run, i) => ({
    ...madeRun(run, cells[i]?.branch),
    params: toJson(run.params),
  }));
  return { branches };
}

/** Longer states are not shown in a table. */
const SHORT_STATE = 40;

/** The forks of a matrix as a table. */
export async function matrixTable(cells: readonly Cell[], runs: readonly Run[]): Promise<string> {
  const rows = await Promise.all(
    runs.map(async (run, i) => {
      const { branch = "", params = {} } = cells[i] ?? {};
      const values = Object.entries(params).map(
        ([name, value]) => `${name}=${shortJson(toJson(value))}`,
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
  return table([head, ...rows], [3]);
}

async function lastState(run: Run): Promise<string> {
  const { simulation } = await run.replayer.segmentAt(run.steps);
  const text = formatState(await run.get(run.steps), { oneLine: true, types: simulation.types });
  return text.length > SHORT_STATE ? "" : text;
}
