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

/** The events that steps come to: one for each, for each epoch of one, and each time over. */
export function countEvents(steps: readonly PlanStep[]): number {
  return totalOf(steps, (step) => (step.kind === "epochs" ? step.count : 1));
}

/** The epochs of a loader in steps. */
export function countEpochs(steps: readonly PlanStep[], loader: string): number {
  return totalOf(steps, (step) =>
    step.kind === "epochs" && formatLoader(step.loader) === loader ? step.count : 0,
  );
}

/** The sum of what steps count for, each as often as it is repeated; a turn for at least `turn`. */
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
