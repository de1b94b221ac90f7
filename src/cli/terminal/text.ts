import { count } from "../../base/count.ts";
import { visible, visibleBetweenColours, visibleLine } from "./visible.ts";
import { width } from "./width.ts";

export { visible, visibleCode, visibleLine } from "./visible.ts";

/** Notes about a run are cut to this length in a text. */
const LONGEST_NOTE = 1_000;

/** Text from a store on one line; for a long one the beginning and the length. */
export function noteText(text: string): string {
  if (text.length <= LONGEST_NOTE) return visibleLine(text);
  return `${cutLine(text, LONGEST_NOTE)} (${count(text.length)} characters: --json prints all)`;
}

/** Text from a store on one line, cut after a number of letters. */
export function cutLine(text: string, letters: number): string {
  // Cut first, and not within a character.
  return text.length <= letters
    ? visibleLine(text)
    : `${visibleLine(text.slice(0, letters).replace(/[\ud800-\udbff]$/, ""))}…`;
}

/** A size: `812 B`, `3.4 kB`, `1.2 MB`. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

/** A duration: `340 ms`, `2.4 s`, `3 min 12 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toPrecision(3)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long ago something happened: `5 min ago`, `3 days ago`; `2 h in the future` by another clock. */
export function age(ms: number): string {
  const units: readonly [unit: string, ms: number][] = [
    ["year", 365.25 * 86_400_000],
    ["month", 30.44 * 86_400_000],
    ["day", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
  ];
  const far = Math.abs(ms);
  const [unit, length] = units.find(([, long]) => far >= long) ?? [];
  if (unit === undefined || length === undefined) return "just now";
  const number = Math.floor(far / length);
  const many = number > 1 && unit !== "h" && unit !== "min" ? "s" : "";
  return `${count(number)} ${unit}${many} ${ms < 0 ? "in the future" : "ago"}`;
}

/**
 * Rows of cells as lines, with columns aligned to the left, or to the right for those in `right`.
 */
export function table(
  given: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  // Before measuring the cells: an invisible character is printed as a longer escape.
  const rows = given.map((row) => row.map(visibleBetweenColours));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell));
  }
  const pad = (cell: string, i: number): string => {
    const space = " ".repeat((widths[i] ?? 0) - width(cell));
    return right.includes(i) ? space + cell : cell + space;
  };
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

/** A line with a caret below its column, counted from 1; a long line is cut around it. */
export function pointAt(line: string, column: number): string {
  const middle = Math.min(column - 1 - POINTED_WIDTH / 2, line.length - POINTED_WIDTH);
  const from = Math.max(0, middle);
  const to = from + POINTED_WIDTH;
  const before = (from > 0 ? "…" : "") + visible(line.slice(from, column - 1));
  const after = visible(line.slice(column - 1, to)) + (to < line.length ? "…" : "");
  return `  ${before}${after}\n  ${before.replace(/[^\t]+/g, (run) => " ".repeat(width(run)))}^`;
}

const POINTED_WIDTH = 96;

/** The number of terminal rows that a text takes. */
export function rowsOf(text: string, columns: number): number {
  const lines = text.split("\n").map((line) => Math.max(1, Math.ceil(width(line) / columns)));
  return lines.reduce((sum, rows) => sum + rows, 0);
}
