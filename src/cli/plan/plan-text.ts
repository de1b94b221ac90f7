import { RewindError } from "../../base/errors.ts";
import type { PlanGenerator } from "../../plan/plan.ts";
import { optionalCount } from "../input/parse.ts";
import { count } from "../terminal/text.ts";

/** So many draws, and of what: `1,841 of 32 bits`. */
export function drawsText(draws: number, { name }: PlanGenerator): string {
  return `${count(draws)} of ${name === "numpy" ? 64 : 32} bits`;
}

/** Numbers with commas between them, in lines of no more than so many columns. */
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

/** The value of an option that counts from 1 on, if it was given. Throws INVALID_ARGUMENT. */
export function countFromOne(text: unknown, name: string, most?: string): number | undefined {
  const value = /^-\d/.test(String(text)) ? Number(text) : optionalCount(text, name);
  if (value === undefined || value >= 1) return value;
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected ${name} to be a whole number from 1 ${most === undefined ? "on" : `to ${most}`}, got ${text}`,
  );
}
