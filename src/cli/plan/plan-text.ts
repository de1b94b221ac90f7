import type { PlanGenerator } from "../../random/plan/plan.ts";
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
