import { parseRange, parseRevision } from "../../../history/revision.ts";
import { usageError } from "../../input/usage-error.ts";
import { visibleLine } from "../../terminal/text.ts";

/** The two revisions that are compared. */
export interface Sides {
  readonly a: string;
  readonly b: string;
  /** Whether each names a step, rather than a whole run. */
  readonly steps: boolean;
}

/**
 * The sides of `a b` or `a..b`; an empty side of a range is HEAD, as in Git. Throws USAGE if only
 * one of them names a step.
 */
export function sidesOf(first: string, second: string | undefined): Sides {
  const [a, b] = second === undefined ? sidesOfRange(first) : [first, second];
  const [stepped, other] = [a, b].map((side) => parseRevision(side).step !== undefined);
  if (stepped === other) return { a, b, steps: stepped === true };
  const [withStep, without] = stepped ? [a, b] : [b, a];
  throw usageError(
    `${withStep} names a step, and ${without} does not: name one in both, or use --at STEP for the same in both`,
  );
}

function sidesOfRange(text: string): [string, string] {
  const range = parseRange(text);
  if (range === undefined) {
    throw usageError(`expected <a> <b> or <a>..<b>: no b was given besides ${text}`);
  }
  return [range.from ?? "HEAD", range.to ?? "HEAD"];
}

/** A revision, short enough for the head of a column. */
export function nameOf(revision: string): string {
  const text = visibleLine(revision);
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
