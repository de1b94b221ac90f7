import { parseRange, parseRevision } from "../../history/revision.ts";
import type { Arguments } from "../command.ts";
import { quoted } from "../input/quoted.ts";

/**
 * A hint with what the command line names in place of REV, REV@STEP and BRANCH. What is not known
 * stays a placeholder.
 */
export function filled(hint: string, args: Arguments, step: unknown): string {
  const { name, at } = named(args.revision);
  const there = name !== undefined && typeof step === "number" ? `${name}@${step}` : at;
  const branch = typeof args.branch === "string" ? args.branch : undefined;
  const values: Readonly<Record<string, string | undefined>> = {
    "REV@STEP": there,
    REV: name,
    BRANCH: branch,
  };
  return hint.replace(/\b(REV@STEP|REV|BRANCH)\b/g, (word) => {
    const value = values[word];
    return value === undefined ? word : quoted(value);
  });
}

/** The run that a revision or a range names, and the revision itself if it names a step. */
export function named(text: unknown): { readonly name?: string; readonly at?: string } {
  if (typeof text !== "string") return {};
  try {
    const range = parseRange(text);
    const { base, ago, step } = parseRevision(range?.from ?? range?.to ?? text);
    const name = ago === undefined ? base : `${base}@{${ago}}`;
    return range === undefined && step !== undefined ? { name, at: text } : { name };
  } catch {
    // The error is about this text.
    return {};
  }
}
