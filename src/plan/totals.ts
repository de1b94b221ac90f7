import type { PlanLoader, PlanStep } from "./plan.ts";
import { formatLoader } from "./step-text.ts";

/** The loaders of a plan's steps, each once, in the order in which they are written. */
export function loadersOf(steps: readonly PlanStep[]): PlanLoader[] {
  const loaders = new Map<string, PlanLoader>();
  const visit = (step: PlanStep): void => {
    if (step.kind === "epochs") loaders.set(formatLoader(step.loader), step.loader);
    if (step.kind === "repeat") step.steps.forEach(visit);
  };
  steps.forEach(visit);
  return [...loaders.values()];
}

/** The number of events of some steps: one for each step or epoch, as often as it is repeated. */
export function countEvents(steps: readonly PlanStep[]): number {
  return totalOf(steps, (step) => (step.kind === "epochs" ? step.count : 1));
}

/** The number of epochs of a loader in some steps. */
export function countEpochs(steps: readonly PlanStep[], loader: string): number {
  return totalOf(steps, (step) =>
    step.kind === "epochs" && formatLoader(step.loader) === loader ? step.count : 0,
  );
}

/**
 * The sum of an amount over steps, as often as they are repeated; each turn counts for at least
 * `turn`.
 */
export function totalOf(
  steps: readonly PlanStep[],
  amount: (step: PlanStep) => number,
  turn = 0,
): number {
  return steps.reduce((sum, step) => {
    if (step.kind !== "repeat") return sum + amount(step);
    return sum + Math.max(step.count * Math.max(totalOf(step.steps, amount, turn), turn), turn);
  }, 0);
}
