import { describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";

/**
 * The lengths of the parts that `torch.utils.data.random_split` makes of `length` items.
 *
 * `parts` are lengths that add up to `length`, or fractions that add up to 1: each part then gets
 * the floor of its share, and the remaining items go to the parts one by one from the first. So
 * [0.8, 0.2] of 1806 gives 1445 and 361, not the 1444 and 362 of `int(0.8 * 1806)`. PyTorch refuses
 * fractions whose sum exceeds 1, even by the last bit. Since Python 3.12, which does not round at
 * each step, such sums come to 1.
 *
 * @throws INVALID_ARGUMENT for other parts, and for fractions if `fractions` is false.
 */
export function splitLengths(
  length: number,
  parts: readonly number[],
  fractions: boolean,
): readonly number[] {
  if (!Array.isArray(parts) || parts.length === 0 || !parts.every(isPart)) {
    throw invalidArgument(`expected lengths or fractions of at least 0, got ${listed(parts)}`);
  }
  const sum = parts.reduce((total, part) => total + part, 0);
  // Python's math.isclose, of a sum of at most 1.
  if (!(sum <= 1 && 1 - sum <= 1e-9)) return checkLengths(length, parts, sum);
  if (!fractions && length !== 1) {
    throw invalidArgument(
      `expected lengths that add up to ${length}, got ${listed(parts)}: random_split takes fractions since torch 1.13`,
    );
  }
  return shareOut(length, parts);
}

function checkLengths(length: number, parts: readonly number[], sum: number): readonly number[] {
  if (sum === length && parts.every(Number.isInteger)) return parts;
  const isClose = sum > 1 && sum - 1 <= 1e-9 * sum && length !== 1;
  throw invalidArgument(
    `expected lengths that add up to ${length}, or fractions that add up to 1, got ${listed(parts)}` +
      (isClose ? `: in Python they add up to ${sum}; give lengths` : ""),
  );
}

function shareOut(length: number, fractions: readonly number[]): readonly number[] {
  const lengths = fractions.map((fraction) => Math.floor(length * fraction));
  const rest = length - lengths.reduce((total, part) => total + part, 0);
  const turns = Math.floor(rest / lengths.length);
  return lengths.map((part, i) => part + turns + (i < rest % lengths.length ? 1 : 0));
}

function isPart(part: unknown): boolean {
  return typeof part === "number" && Number.isFinite(part) && part >= 0;
}

function listed(parts: unknown): string {
  return Array.isArray(parts) && parts.length <= 8
    ? `[${parts.map(describe).join(", ")}]`
    : describe(parts);
}
