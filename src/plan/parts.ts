import { count } from "../base/count.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import { checkLength } from "../random/torch/permutation.ts";
import { splitLengths } from "../random/torch/split.ts";
import type { TorchEra } from "../random/torch/version.ts";
import { invalidPlan } from "./invalid-plan.ts";
import type { PlanLoader } from "./plan.ts";

/**
 * The lengths of a split's parts. One part alone is the first of two, as most programs wrote it:
 * `n = int(0.8 * length); random_split(dataset, [n, length - n])`.
 *
 * @throws INVALID_ARGUMENT if the items cannot be split so.
 */
export function partLengths(
  length: number,
  parts: readonly number[],
  era: TorchEra,
): readonly number[] {
  checkLength(length, "the number of items to split");
  const alone: unknown = Array.isArray(parts) && parts.length === 1 ? parts[0] : undefined;
  if (typeof alone !== "number") return splitLengths(length, parts, era.fractions);
  const first = alone > 0 && alone < 1 ? Math.floor(alone * length) : alone;
  if (Number.isInteger(first) && first >= 0 && first <= length) return [first, length - first];
  throw invalidArgument(
    `expected a part of ${length} items, as a fraction or a length, got ${alone}`,
  );
}

/**
 * The index of the part of a split that a loader loads, counted from 0: the part that it names, or
 * else the one of its length; undefined if no part has its length.
 *
 * @param lengths the lengths of the parts of the last split before; empty without a split
 * @throws INVALID_PLAN if the named part has another length, or if several parts have the length.
 */
export function partAt(
  { length, part }: PlanLoader,
  lengths: readonly number[],
): number | undefined {
  if (part !== undefined) {
    if (lengths[part - 1] === length) return part - 1;
    const split = lengths.length === 0 ? "no split" : `a split into ${count(lengths.length)}`;
    const found = part > lengths.length ? split : `a part of ${lengths[part - 1]}`;
    throw invalidPlan(
      `expected an earlier split whose part ${part} has ${length} items, got ${found}`,
    );
  }
  const fitting = [...lengths.keys()].filter((i) => lengths[i] === length);
  if (fitting.length < 2) return fitting[0];
  const numbers = fitting.map((i) => i + 1);
  const last = numbers.pop();
  const all = fitting.length > 2 ? "all" : "both";
  throw invalidPlan(
    `expected "part N" of the loader: parts ${numbers.join(", ")} and ${last} of the split ${all} have ${length} samples`,
  );
}
