import { checkPlan, eraOf } from "./check.ts";
import type { Consumer } from "./consumer.ts";
import { consumerOf } from "./consumers.ts";
import { type Action, eventsOf } from "./events.ts";
import { parsePlan } from "./parse.ts";
import { partLengths } from "./parts.ts";
import type { Plan, PlanGenerator, SplitStep } from "./plan.ts";

/** A plan as a value or as its text. */
export type PlanLike = Plan | string;

/** The plan in its normal form. Throws INVALID_PLAN. */
export function planOf(plan: PlanLike): Plan {
  return typeof plan === "string" ? parsePlan(plan) : checkPlan(plan);
}

/** A generator at some point of a plan. */
export interface Walked {
  readonly consumer: Consumer;
  /** The indices of the parts of the last split before, if there was one. */
  readonly parts: number[][] | undefined;
}

/** The generator of a plan as it stands before event `number`, or at the end where that is not. */
export function walkTo(plan: Plan, number: number): Walked {
  const consumer = consumerOf(plan.generator);
  let parts: number[][] | undefined;
  for (const event of eventsOf(plan)) {
    if (event.number === number) break;
    const { action } = event;
    if (action.kind === "split") parts = splitBy(consumer, action, plan.generator);
    else pass(consumer, action);
  }
  return { consumer, parts };
}

/** Consumes what an action does, and makes nothing of it. */
export function pass(consumer: Consumer, action: Action): void {
  if (action.kind === "seed") consumer.seed(action.seed);
  else if (action.kind === "draws") consumer.draws(action.count, action.unit);
  else if (action.kind === "epoch") consumer.passEpoch(action);
  else consumer.passPermutation(action.length);
}

/** The indices of the parts of a split, which is consumed. */
export function splitBy(
  consumer: Consumer,
  { length, parts }: SplitStep,
  generator: PlanGenerator,
): number[][] {
  const order = Array.from(consumer.permutation(length));
  let from = 0;
  return partLengths(length, parts, eraOf(generator)).map((part) => {
    from += part;
    return order.slice(from - part, from);
  });
}

/** The part of a split that a loader loads: the one that it names, or the first of its length. */
export function partOf(
  { length, part }: { readonly length: number; readonly part?: number },
  parts: readonly number[][] | undefined,
): number[] | undefined {
  if (part !== undefined) return parts?.[part - 1];
  return parts?.find((indices) => indices.length === length);
}
