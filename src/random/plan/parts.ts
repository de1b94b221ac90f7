import { RewindError } from "../../base/errors.ts";
import { checkLength } from "../torch/permutation.ts";
import { splitLengths } from "../torch/split.ts";
import type { TorchEra } from "../torch/version.ts";

/**
 * The lengths of a split's parts. One part alone is the first of two, as most programs wrote it:
 * `n = int(0.8 * length); random_split(dataset, [n, length - n])`.
 *
 * @throws INVALID_ARGUMENT where there is no such split.
 */
export function partLengths(
  length: number,
  parts: readonly number[],
  era: TorchEra,
): readonly number[] {
  checkLength(length, "the number of items to split");
  if (!Array.isArray(parts) || parts.length !== 1) {
    return splitLengths(length, parts, era.fractions);
  }
  const part: number = parts[0];
  const first = part > 0 && part < 1 ? Math.floor(part * length) : part;
  if (Number.isInteger(first) && first >= 0 && first <= length) return [first, length - first];
  throw new RewindError(
    "INVALID_ARGUMENT",
    `expected a part of ${length} items, as a fraction or a length, got ${part}`,
  );
}
