import { checkPlan } from "./check.ts";
import type { Consumer } from "./consumer.ts";
import { consumerOf } from "./consumers.ts";
import { type Action, eventsOf, type PlanEvent } from "./events.ts";
import { checkMade, eraOf } from "./limits.ts";
import { parsePlan } from "./parse.ts";
import { partAt, partLengths } from "./parts.ts";
import type { Plan, PlanLoader, SplitStep } from "./plan.ts";
import type { FoundPoint } from "./points.ts";

/** A plan as a value or as its text. */
export type PlanLike = Plan | string;

/** The plan in its normal form. Throws INVALID_PLAN. */
export function planOf(plan: PlanLike): Plan {
  return typeof plan === "string" ? parsePlan(plan) : checkPlan(plan);
}

/** A generator at some point of a plan. */
export interface Walked {
  readonly plan: Plan;
  readonly consumer: Consumer;
  /** The event before which it stands; undefined at the end. */
  readonly event: PlanEvent | undefined;
  /** The last split before it, if any. */
  readonly split: WalkedSplit | undefined;
  /** The loaders whose persistent workers were started before, by their names. */
  readonly started: ReadonlySet<string>;
}

/** A split on the way. */
export interface WalkedSplit {
  readonly number: number;
  readonly lengths: readonly number[];
  /** All items in their new order, if the loader that is asked for loads a part of them. */
  readonly items: ArrayLike<number> | undefined;
}

/**
 * The generator of a plan as it stands at a point. The items of a split are made only if `loader`
 * may load a part of them.
 */
export function walkTo({ plan, isBefore }: FoundPoint, loader?: PlanLoader): Walked {
  const consumer = consumerOf(plan.generator);
  const started = new Set<string>();
  let split: WalkedSplit | undefined;
  for (const event of eventsOf(plan)) {
    if (isBefore(event)) return { plan, consumer, event, split, started };
    const { number, action } = event;
    if (action.kind === "split") {
      const lengths = lengthsOf(plan, action);
      const items = splitFor(consumer, action, lengths, loader);
      split = { number, lengths, items };
    } else {
      pass(consumer, action);
      if (action.kind === "epoch" && action.loader.persistentWorkers) started.add(action.name);
    }
  }
  return { plan, consumer, event: undefined, split, started };
}

/** The items of a split if a loader may load a part of them. They are consumed in any case. */
export function splitFor(
  consumer: Consumer,
  { length }: SplitStep,
  lengths: readonly number[],
  loader: PlanLoader | undefined,
): ArrayLike<number> | undefined {
  if (loader !== undefined && lengths.includes(loader.length)) {
    checkMade(length);
    return consumer.permutation(length);
  }
  consumer.passPermutation(length);
  return undefined;
}

/** The same, ready to give the samples of the epoch that it stands before, if it is an epoch. */
export function walkForOrder(found: FoundPoint): Walked {
  if (found.loader !== undefined) return walkTo(found, found.loader);
  for (const event of eventsOf(found.plan)) {
    if (!found.isBefore(event)) continue;
    return walkTo(found, event.action.kind === "epoch" ? event.action.loader : undefined);
  }
  return walkTo(found);
}

/** Consumes what an action draws, without making its order. */
export function pass(consumer: Consumer, action: Action): void {
  if (action.kind === "seed") consumer.seed(action.seed);
  else if (action.kind === "draws") consumer.draws(action.count, action.unit);
  else if (action.kind === "epoch") consumer.passEpoch(action);
  else consumer.passPermutation(action.length);
}

/** The lengths of the parts of a split. */
export function lengthsOf({ generator }: Plan, { length, parts }: SplitStep): readonly number[] {
  return partLengths(length, parts, eraOf(generator));
}

/** The indices of the parts of these lengths, one after another in a permutation. */
export function cut<T extends { slice(from: number, to: number): T }>(
  order: T,
  lengths: readonly number[],
): T[] {
  let from = 0;
  return lengths.map((length) => {
    from += length;
    return order.slice(from - length, from);
  });
}

/** The indices of the part of a split that a loader loads, if it loads one. */
export function partOf(
  loader: PlanLoader,
  split: WalkedSplit | undefined,
): Uint32Array | undefined {
  const at = split === undefined ? undefined : partAt(loader, split.lengths);
  if (split?.items === undefined || at === undefined) return undefined;
  const { items, lengths } = split;
  return cut(items instanceof Uint32Array ? items : Uint32Array.from(items), lengths)[at];
}
