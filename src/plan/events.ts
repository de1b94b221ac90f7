import type {
  DrawsStep,
  PermutationStep,
  Plan,
  PlanLoader,
  PlanStep,
  SeedStep,
  SplitStep,
} from "./plan.ts";
import { formatBreak, formatLoader, formatStep } from "./step-text.ts";

/** One thing that a plan does to its generator. */
export interface PlanEvent {
  /** Counted from 1. */
  readonly number: number;
  readonly action: Action;
}

export type Action = SeedStep | DrawsStep | PermutationStep | SplitStep | EpochAction;

/** One loop over a loader. */
export interface EpochAction {
  readonly kind: "epoch";
  /** Of this loader, counted from 1. */
  readonly epoch: number;
  readonly loader: PlanLoader;
  /** `formatLoader(loader)`, which names it. */
  readonly name: string;
  readonly breakAfter: number | undefined;
}

/** Everything that a plan in its normal form does, in order. */
export function* eventsOf(plan: Plan): Generator<PlanEvent> {
  const epochs = new Map<string, number>();
  let number = 0;
  for (const action of actionsOf(plan.steps, epochs)) yield { number: ++number, action };
}

/** An event in words: a step of a plan, or one epoch of one. */
export function formatAction(action: Action): string {
  if (action.kind !== "epoch") return formatStep(action);
  return `epoch ${action.epoch} of ${action.name}${formatBreak(action.breakAfter)}`;
}

function* actionsOf(steps: readonly PlanStep[], epochs: Map<string, number>): Generator<Action> {
  for (const step of steps) {
    if (step.kind === "repeat") {
      for (let i = 0; i < step.count; i++) yield* actionsOf(step.steps, epochs);
    } else if (step.kind === "epochs") {
      const { loader, breakAfter } = step;
      const name = formatLoader(loader);
      for (let i = 0; i < step.count; i++) {
        const epoch = (epochs.get(name) ?? 0) + 1;
        epochs.set(name, epoch);
        yield { kind: "epoch", epoch, loader, name, breakAfter };
      }
    } else {
      yield step;
    }
  }
}
