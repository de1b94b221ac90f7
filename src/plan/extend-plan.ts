import type { EpochsStep, Plan, PlanLoader, PlanStep } from "./plan.ts";
import { formatLoader } from "./step-text.ts";
import { countEpochs } from "./totals.ts";

/**
 * The plan, continued until a loader has `epochs` epochs. If the last step is a repeat with the
 * loader, it is repeated more often; else more epochs follow, which are like the loader's last
 * ones. A plan mostly says what consumed the generator until now, and the epoch that is asked for
 * is the next one.
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
  // A loop that is left early is mostly left early every time.
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
