import { guessTyped, readTyped, TypedText } from "../../codec/json/typed-text.ts";
import { toJson } from "../../codec/json/write.ts";
import { shortId } from "../../object/id.ts";
import { paramBeside } from "../../replay/params.ts";
import type { Run } from "../../replay/run/run.ts";
import { madeRun } from "../show/print-run.ts";
import { formatState, shortJson } from "../show/state.ts";
import { count, table } from "../terminal/text.ts";
import { labels } from "./label.ts";
import { usageError } from "./parse.ts";

/** One fork of a matrix: its branch, and the params that are its own. */
export interface Cell {
  readonly branch: string;
  readonly params: Readonly<Record<string, TypedText>>;
}

/**
 * The forks that `--matrix beta=0.1,0.2 --matrix gamma=1,2` asks for, one for each combination:
 * `NAME/0.1/1`, `NAME/0.1/2` and so on (`labels` says how values are called). Throws USAGE.
 */
export function matrixCells(name: string, given: readonly string[]): Cell[] {
  const axes = given.map(parseAxis);
  const twice = axes.find(({ param }, i) => axes.some((axis, j) => j < i && axis.param === param));
  if (twice !== undefined) throw usageError(`--matrix ${twice.param} was given more than once`);
  return axes.reduce<Cell[]>(
    (cells, { param, values }) =>
      cells.flatMap(({ branch, params }) =>
        values.map(({ label, written }) => ({
          branch: `${branch}/${label}`,
          params: { ...params, [param]: new TypedText(written) },
        })),
      ),
    [{ branch: name, params: {} }],
  );
}

/**
 * What to give `--matrix` for the cells from number `from` on: several times, where they are not all
 * combinations of some values.
 */
export function matrixRest(given: readonly string[], from: number): string[][] {
  const axes = given.map(parseAxis);
  const digits: number[] = [];
  let rest = from;
  for (const { values } of [...axes].reverse()) {
    digits.unshift(rest % values.length);
    rest = Math.floor(rest / values.length);
  }
  // Of a row that is begun the rest of it, then the rows after it, and so on outward.
  const innermost = Math.max(
    0,
    digits.findLastIndex((digit) => digit > 0),
  );
  const parts: string[][] = [];
  for (let i = innermost; i >= 0 && rest === 0; i--) {
    const first = (digits[i] as number) + (i === innermost ? 0 : 1);
    if (first >= (axes[i] as Axis).values.length) continue;
    parts.push(
      axes.map((axis, j) => {
        const digit = digits[j] as number;
        return j < i ? axisText(axis, digit, digit + 1) : axisText(axis, j === i ? first : 0);
      }),
    );
  }
  return parts;
}

function axisText({ param, values }: Axis, first: number, end?: number): string {
  const written = values.slice(first, end).map((value) => value.written);
  return `${param}=${written.join(",")}`;
}

interface Axis {
  readonly param: string;
  readonly values: readonly {
    readonly label: string;
    readonly written: string;
  }[];
}

function parseAxis(text: string): Axis {
  const [, param, list] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  const parts = list === undefined ? [] : splitList(list);
  if (param === undefined || parts.length === 0 || parts.includes("")) {
    throw usageError(`expected --matrix name=value,value,…, got ${JSON.stringify(text)}`);
  }
  const twice = parts.find((part, i) => parts.indexOf(part) < i);
  if (twice !== undefined) throw givenTwice(param, twice);
  const names = labels(parts.map((written) => ({ written, value: guessTyped(written) })));
  return { param, values: parts.map((written, i) => ({ written, label: names[i] as string })) };
}

/** Checks that no two values of an axis are the same, read as the params that a fork would change. */
export function checkDistinct(
  given: readonly string[],
  params: Readonly<Record<string, unknown>>,
): void {
  for (const { param, values } of given.map(parseAxis)) {
    const { recorded: like } = paramBeside(params, param, new TypedText(""));
    const keys = values.map(({ written }) => formatState(readTyped(written, like)));
    const twice = keys.findIndex((key, i) => keys.indexOf(key) < i);
    if (twice !== -1) throw givenTwice(param, String(values[twice]?.written));
  }
}

function givenTwice(param: string, value: string): Error {
  return usageError(`--matrix ${param} has the value ${value} twice`);
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

/** Of more forks than this the table says how many more there are. */
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
  const { simulation } = await run.replayer.segmentAt(run.steps);
  const text = formatState(await run.get(run.steps), { oneLine: true, types: simulation.types });
  return text.length > SHORT_STATE ? "" : text;
}
