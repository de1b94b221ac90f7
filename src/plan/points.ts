import { describe } from "../base/checks.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import type { PlanEvent } from "./events.ts";
import { extendPlan } from "./extend-plan.ts";
import { checkKeys } from "./keys.ts";
import { checkWork } from "./limits.ts";
import type { Plan, PlanLoader } from "./plan.ts";
import { formatLoader } from "./step-text.ts";
import { countEvents, loadersOf } from "./totals.ts";

/**
 * A point of a plan: before an epoch of a loader, which may be one that follows the plan; before an
 * event, as `explain` numbers them; or the end.
 */
export type PlanPoint = EpochPoint | { readonly event: number } | "end";

/** An epoch, counted from 1. */
export interface EpochPoint {
  readonly epoch: number;
  /**
   * The number of the plan's loader, counted from 1 in the order in which they are written; unless
   * given, the first that shuffles, or else the first.
   */
  readonly loader?: number;
}

/** A point of a plan, found. */
export interface FoundPoint {
  /** The plan, continued as far as the point. */
  readonly plan: Plan;
  /** Whether the point is before this event; the end is before no event. */
  isBefore(event: PlanEvent): boolean;
  /** Of an epoch, its loader. */
  readonly loader?: PlanLoader;
}

/** Finds a point. Throws INVALID_ARGUMENT if the plan does not have it. */
export function findPoint(plan: Plan, point: PlanPoint): FoundPoint {
  if (isObject(point) && "epoch" in point) return findEpoch(plan, point as EpochPoint);
  if (isObject(point)) checkKeys(point, "a point", ["event", "epoch", "loader"], INVALID);
  const end = countEvents(plan.steps) + 1;
  const number: unknown = point === "end" ? end : isObject(point) ? point.event : point;
  const isEvent = point === "end" || isObject(point);
  if (!isEvent || !Number.isInteger(number) || Number(number) < 1 || Number(number) > end) {
    throw invalidArgument(
      `expected an event in 1..${end}, ${end} being the end, or an epoch, got ${describe(number)}`,
    );
  }
  return { plan, isBefore: (event) => event.number === number };
}

/** Finds an epoch, in the plan or after it. */
export function findEpoch(plan: Plan, point: EpochPoint): FoundPoint {
  checkKeys(point, "an epoch of a plan", ["epoch", "loader"], INVALID);
  const loader = loaderAt(plan, point.loader);
  const { epoch } = point;
  if (!Number.isSafeInteger(epoch) || epoch < 1 || epoch > MAX_EPOCH) {
    throw invalidArgument(`expected an epoch in 1..10^7, got ${describe(epoch)}`);
  }
  const name = formatLoader(loader);
  const longer = extendPlan(plan, loader, epoch);
  if (longer !== plan) checkWork(longer);
  return {
    plan: longer,
    loader,
    isBefore: ({ action }) =>
      action.kind === "epoch" && action.epoch === epoch && action.name === name,
  };
}

/** A loader of a plan by its number. */
export function loaderAt(plan: Plan, number?: number): PlanLoader {
  const loaders = loadersOf(plan.steps);
  const shuffling = loaders.find(({ shuffle }) => shuffle);
  // A text such as "0" would index the list, too.
  const named = typeof number === "number" ? loaders[number - 1] : undefined;
  const loader = number === undefined ? (shuffling ?? loaders[0]) : named;
  if (loader !== undefined) return loader;
  const expected =
    loaders.length === 0
      ? 'a plan with a loader, such as "epochs 9 of shuffle 1444"'
      : loaders.length === 1
        ? "loader 1, the only one of the plan"
        : `a loader in 1..${loaders.length}`;
  throw invalidArgument(
    `expected ${expected}, got ${loaders.length === 0 ? "none" : describe(number)}`,
  );
}

const MAX_EPOCH = 1e7;
const INVALID = "INVALID_ARGUMENT";

function isObject(value: unknown): value is object & { readonly event?: unknown } {
  return typeof value === "object" && value !== null;
}
