import { guessTyped, readTyped, TypedText } from "../../../codec/json/typed-text.ts";
import { paramBeside } from "../../../replay/params.ts";
import { usageError } from "../../input/usage-error.ts";
import { splitList } from "../../input/value-list.ts";
import { formatState } from "../../show/state.ts";
import { labels } from "./label.ts";

/** One fork of a matrix: its branch, and its params. */
export interface Cell {
  readonly branch: string;
  readonly params: Readonly<Record<string, TypedText>>;
}

/**
 * The forks that `--matrix beta=0.1,0.2 --matrix gamma=1,2` asks for, one for each combination:
 * `NAME/0.1/1`, `NAME/0.1/2` and so on (`labels` names the values). Throws USAGE.
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
 * The values of `--matrix` that make the cells from number `from` to the last. If one matrix cannot
 * describe those cells, there are several command lines, with a list for each.
 */
export function matrixRest(given: readonly string[], from: number): string[][] {
  const axes = given.map(parseAxis);
  const digits: number[] = [];
  let rest = from;
  for (const { values } of [...axes].reverse()) {
    digits.unshift(rest % values.length);
    rest = Math.floor(rest / values.length);
  }
  // The rest of the row in which cell `from` is, then the rows after it, and so on outward.
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

/** Checks that the values of an axis differ, when read as the params that a fork would change. Throws USAGE. */
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
