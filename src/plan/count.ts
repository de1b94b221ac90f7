import type { EpochsStep, Plan, PlanLoader, PlanStep } from "./plan.ts";
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

/**
 * The plan gone on with until a loader has so many epochs: the last step is repeated further if it
 * has the loader, else more epochs follow, which go as its last ones. What consumed the generator until now is what a plan
 * mostly says, and the epoch asked for is the next.
 */
export function extendPlan(plan: Plan, loader: PlanLoader, epochs: number): Plan {
  const name = formatLoader(loader);
  const missing = epochs - countEpochs(plan.steps, name);
  if (missing <= 0) return plan;
  const last = plan.steps.at(-1);
  const once = last?.kind === "repeat" ? countEpochs(last.steps, name) : 0;
  if (last?.kind === "repeat" && once > 0) {
    const longer = { ...last, count: last.count + Math.ceil(missing / once) };
    return { ...plan, steps: [...plan.steps.slice(0, -1), longer] };
  }
  // Loops that are broken off mostly always are.
  const like = lastEpochs(plan.steps, name) ?? { kind: "epochs", loader };
  return { ...plan, steps: [...plan.steps, { ...like, count: missing }] };
}

/** The last step with epochs of a loader. */
function lastEpochs(steps: readonly PlanStep[], loader: string): EpochsStep | undefined {
  for (const step of [...steps].reverse()) {
    if (step.kind === "epochs" && formatLoader(step.loader) === loader) return step;
    const within = step.kind === "repeat" ? lastEpochs(step.steps, loader) : undefined;
    if (within !== undefined) return within;
  }
  return undefined;
}

/** The sum of what steps count for, each as often as it is repeated; a turn for at least `turn`. */
export function totalOf(
  steps: readonly PlanStep[],
  count: (step: PlanStep) => number,
  turn = 0,
): number {
  return steps.reduce((sum, step) => {
    if (step.kind !== "repeat") return sum + count(step);
    return sum + Math.max(step.count * Math.max(totalOf(step.steps, count, turn), turn), turn);
  }, 0);
}
