import { count } from "../../../base/count.ts";
import { RewindError } from "../../../base/errors.ts";
import type { PlanGenerator } from "../../../plan/plan.ts";
import { optionalCount } from "../../input/parse.ts";

/** A number of draws, and their size: `1,841 of 32 bits`. */
export function drawsText(draws: number, { name }: PlanGenerator): string {
  return `${count(draws)} of ${name === "numpy" ? 64 : 32} bits`;
}

/** Numbers with commas between them, in lines of at most `columns` columns. */
export function wrapped(numbers: readonly number[], columns: number): string[] {
  const lines: string[] = [];
  let line = " ";
  for (const [i, number] of numbers.entries()) {
    const text = `${number}${i < numbers.length - 1 ? "," : ""}`;
    if (line.length > 1 && line.length + 1 + text.length > columns) {
      lines.push(line);
      line = " ";
    }
    line += ` ${text}`;
  }
  return [...lines, line];
}

/** The value of an option that counts from 1, if it was given. Throws INVALID_ARGUMENT. */
export function countFromOne(
  text: string | undefined,
  name: string,
  most?: string,
): number | undefined {
  const value = /^-\d/.test(String(text)) ? Number(text) : optionalCount(text, name);
  if (value === undefined || value >= 1) return value;
  const isCounted = value === 0 && /^--(epoch|event|loader)$/.test(name);
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected ${name} to be a whole number${most === undefined ? ", at least 1" : ` from 1 to ${most}`}, got ${text}`,
    { name, value, ...(isCounted && { hint: `${name} counts from 1: the first is 1, not 0` }) },
  );
}
