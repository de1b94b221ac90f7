import { DEFAULT_TORCH_VERSION } from "../random/torch/version.ts";
import { checkPlan } from "./check.ts";
import type { Plan } from "./plan.ts";
import { formatStep } from "./step-text.ts";

/**
 * The text of a plan, in one line; `parsePlan` reads the same plan from it.
 *
 * @throws INVALID_PLAN for a value that is not a plan.
 *
 * @example
 * ```ts
 * formatPlan(parsePlan("seed 1\nepochs 9 of shuffle 1_444")); // "seed 1; epochs 9 of shuffle 1444"
 * ```
 */
export function formatPlan(plan: Plan): string {
  const { generator, steps } = checkPlan(plan);
  const { name, version } = generator;
  const named = version === undefined ? `generator ${name}` : `generator ${name} ${version}`;
  const first = name === "torch" && version === DEFAULT_TORCH_VERSION ? [] : [named];
  return [...first, ...steps.map(formatStep)].join("; ");
}
