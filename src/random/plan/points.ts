import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { countEvents, extendPlan, loadersOf } from "./count.ts";
import { type EpochAction, eventsOf } from "./events.ts";
import type { Plan, PlanLoader } from "./plan.ts";
import { formatLoader } from "./step-text.ts";

/**
 * A point of a plan: before an epoch of a loader, which may be one that follows the plan; before an
 * event, as `explain` numbers them; or the end.
 */
export type PlanPoint = EpochPoint | { readonly event: number } | "end";

/** An epoch, counted from 1. */
export interface EpochPoint {
  readonly epoch: number;
  /**
   * Of which of the plan's loaders, from 1 on in the order in which they are written; the first that
   * shuffles, or else the first, unless given.
   */
  readonly loader?: number;
}

/** The event that a point is before, and the plan, gone on with as far as to reach it. */
export interface FoundPoint {
  readonly plan: Plan;
  /** The number of the event, one more than there are for the end. */
  readonly number: number;
}

/** The event that an epoch is. */
export interface FoundEpoch extends FoundPoint {
  readonly action: EpochAction;
}

/** Finds a point. Throws INVALID_ARGUMENT where the plan has none such. */
export function findPoint(plan: Plan, point: PlanPoint): FoundPoint {
  if (typeof point === "object" && point !== null && "epoch" in point) {
    return findEpoch(plan, point);
  }
  const events = countEvents(plan.steps);
  const number = point === "end" ? events + 1 : point?.event;
  if (!Number.isInteger(number) || number < 1 || number > events + 1) {
    const end = events + 1;
    throw invalid(
      `expected an event in 1..${end}, ${end} being the end, or an epoch, got ${describe(number)}`,
    );
  }
  return { plan, number };
}

/** Finds an epoch, in the plan or after it. */
export function findEpoch(plan: Plan, point: EpochPoint): FoundEpoch {
  const loader = loaderAt(plan, point.loader);
  const { epoch } = point;
  if (!Number.isSafeInteger(epoch) || epoch < 1 || epoch > MAX_EPOCH) {
    throw invalid(`expected an epoch in 1..10^8, got ${describe(epoch)}`);
  }
  const name = formatLoader(loader);
  const longer = extendPlan(plan, loader, epoch);
  for (const { number, action } of eventsOf(longer)) {
    if (action.kind === "epoch" && action.epoch === epoch && action.name === name) {
      return { plan: longer, number, action };
    }
  }
  throw invalid(`expected an epoch that the plan comes to, got ${epoch}`);
}

/** A loader of a plan by its number. */
export function loaderAt(plan: Plan, number?: number): PlanLoader {
  const loaders = loadersOf(plan.steps);
  const shuffling = loaders.find(({ shuffle }) => shuffle);
  const loader = number === undefined ? (shuffling ?? loaders[0]) : loaders[number - 1];
  if (loader !== undefined) return loader;
  const expected =
    loaders.length === 0
      ? 'a plan with a loader, such as "epochs 9 of shuffle 1444"'
      : loaders.length === 1
        ? "loader 1, the only one of the plan"
        : `a loader in 1..${loaders.length}`;
  throw invalid(`expected ${expected}, got ${loaders.length === 0 ? "none" : describe(number)}`);
}

const MAX_EPOCH = 1e8;

function invalid(message: string): RewindError {
  return new RewindError("INVALID_ARGUMENT", message);
}
