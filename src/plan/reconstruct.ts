import { toHex } from "../base/bytes.ts";
import { type Hash, sha256 } from "../codec/hash.ts";
import { consumerOf } from "./consumers.ts";
import { eventsOf, formatAction } from "./events.ts";
import { checkKeys } from "./keys.ts";
import { type EpochOrder, type EventOrder, epochAt, itemsAt } from "./order-at.ts";
import { type EpochPoint, findPoint, type PlanPoint } from "./points.ts";
import { type PlanLike, pass, planOf, walkForOrder, walkTo } from "./walk.ts";

export type { EpochOrder, EventOrder };

/** One event of a plan: what was drawn, and the digests of the states around it. */
export interface PlanRow {
  readonly event: number;
  /** Such as "seed 1" or "epoch 3 of shuffle 1444". */
  readonly text: string;
  /** The draws of this event: 32-bit words of torch and python, 64-bit outputs of numpy. */
  readonly draws: number;
  /** The draws up to and including this event. */
  readonly total: number;
  /** SHA-256 of the state before, as `stateBefore` gives it; undefined before the first seed. */
  readonly before: string | undefined;
  readonly after: string;
}

/**
 * The generator's state before a point of a plan, in the form that its library loads (the 5,056
 * bytes of `torch.get_rng_state()`; JSON for numpy and Python): `loadingLines` are the lines of
 * Python.
 *
 * A program that restores it must make its `random_split` first, because that draws as well: split,
 * then restore, then run the epochs. In another order, one more permutation would be consumed.
 *
 * @throws INVALID_PLAN for anything that is not a plan, INVALID_ARGUMENT for a point that it does
 * not have.
 *
 * @example
 * ```ts
 * const state = stateBefore("seed 1; split 1806 0.8; epochs 9 of shuffle 1444", { epoch: 10 });
 * state.length; // 5056
 * ```
 */
export function stateBefore(plan: PlanLike, point: PlanPoint): Uint8Array {
  return walkTo(findPoint(planOf(plan), point)).consumer.state();
}

/**
 * The draws that a plan has consumed before a point, or in all, without seeding: 32-bit words of
 * torch and python, 64-bit outputs of numpy.
 *
 * @throws as `stateBefore`.
 *
 * @example
 * ```ts
 * drawsOf("seed 1; split 1806 0.8; epochs 9 of shuffle 1444"); // 1841
 * ```
 */
export function drawsOf(plan: PlanLike, point: PlanPoint = "end"): number {
  return walkTo(findPoint(planOf(plan), point)).consumer.drawn;
}

/**
 * The samples of an epoch of a plan, or of one that follows it, and their batches; or the items of
 * the permutation or the split that is event number `event`, as `explain` numbers them.
 *
 * @param options.batch the size of the batches, if it is not the loader's
 * @throws as `stateBefore`; INVALID_ARGUMENT as well for an order of more than 2^24 samples, and
 * for one of a split or permutation of more than 2^28 items.
 *
 * @example
 * ```ts
 * const plan = "seed 1; split 1806 0.8; epochs 9 of shuffle 1444";
 * const { batches } = orderOf(plan, { epoch: 10, batch: 64 });
 * batches[0]?.length; // 64
 * const { parts } = orderOf(plan, { event: 2 });
 * parts.map(({ length }) => length); // [1444, 362]
 * ```
 */
export function orderOf(
  plan: PlanLike,
  options: EpochPoint & { readonly batch?: number },
): EpochOrder;
export function orderOf(plan: PlanLike, options: { readonly event: number }): EventOrder;
export function orderOf(
  plan: PlanLike,
  options: Partial<EpochPoint> & { readonly batch?: number; readonly event?: number },
): EpochOrder | EventOrder {
  checkKeys(
    options,
    "what orderOf takes",
    ["epoch", "loader", "batch", "event"],
    "INVALID_ARGUMENT",
  );
  const { batch, ...point } = options;
  const walked = walkForOrder(findPoint(planOf(plan), point as PlanPoint));
  const action = walked.event?.action;
  if (action?.kind !== "epoch") return itemsAt(walked);
  const epoch = epochAt(walked, action, batch);
  return "event" in point ? { order: epoch.order, parts: epoch.batches } : epoch;
}

/**
 * What a plan does, event by event: the draws, and digests of the states, to compare with those of
 * a program. The rows are made one by one as they are asked for.
 *
 * @throws INVALID_PLAN
 *
 * @example
 * ```ts
 * const rows = [...explain("seed 1; epochs 2 of shuffle 1444")];
 * rows.map(({ text, draws }) => `${text}: ${draws}`); // ["seed 1: 0", "epoch 1 of shuffle 1444: 4", "epoch 2 of shuffle 1444: 4"]
 * ```
 */
export function explain(plan: PlanLike, options: { readonly hash?: Hash } = {}): Iterable<PlanRow> {
  const checked = planOf(plan);
  const { hash = sha256 } = options;
  return {
    *[Symbol.iterator]() {
      const consumer = consumerOf(checked.generator);
      let before: string | undefined;
      for (const { number: event, action } of eventsOf(checked)) {
        const drawn = consumer.drawn;
        pass(consumer, action);
        const total = consumer.drawn;
        const after = toHex(hash(consumer.state()));
        yield { event, text: formatAction(action), draws: total - drawn, total, before, after };
        before = after;
      }
    },
  };
}
