import { toHex } from "../../base/bytes.ts";
import { checkInteger } from "../../base/checks.ts";
import { type Hash, sha256 } from "../../codec/hash.ts";
import { consumerOf } from "./consumers.ts";
import { eventsOf, formatAction } from "./events.ts";
import { type EpochPoint, findEpoch, findPoint, type PlanPoint } from "./points.ts";
import { type PlanLike, partOf, pass, planOf, walkTo } from "./walk.ts";

/** The samples of one epoch. */
export interface EpochOrder {
  readonly epoch: number;
  /**
   * The samples in the order in which they came: indices into the dataset that was split, where the
   * loader's length is that of a part of the last split before, else `positions`.
   */
  readonly order: number[];
  /** The same as the loader counts them, in 0..length - 1. */
  readonly positions: number[];
  /** `order` in batches, those that came. */
  readonly batches: number[][];
}

/** One event of a plan: what was drawn, and the digests of the states around it. */
export interface PlanRow {
  readonly event: number;
  /** Such as "seed 1" or "epoch 3 of shuffle 1444". */
  readonly text: string;
  /** The draws of this event: 32-bit words of torch and python, 64-bit outputs of numpy. */
  readonly draws: number;
  /** The draws with all those before. */
  readonly total: number;
  /** SHA-256 of the state before, as `stateBefore` gives it; none before the first seed. */
  readonly before: string | undefined;
  readonly after: string;
}

/**
 * The generator's state before a point of a plan, in the form that its library loads (the 5,056 bytes
 * of `torch.get_rng_state()`; JSON for numpy and Python): `loadingLines` are the lines of Python.
 *
 * A program that restores it must have made its `random_split` before, since that draws as well:
 * split, then restore, then go on with the epochs. Else one permutation too many is consumed.
 *
 * @throws INVALID_PLAN for what is no plan, INVALID_ARGUMENT for a point that it has not.
 *
 * @example
 * ```ts
 * const state = stateBefore("seed 1; split 1806 0.8; epochs 9 of shuffle 1444", { epoch: 10 });
 * state.length; // 5056
 * ```
 */
export function stateBefore(plan: PlanLike, point: PlanPoint): Uint8Array {
  const found = findPoint(planOf(plan), point);
  return walkTo(found.plan, found.number).consumer.state();
}

/**
 * The draws that a plan has consumed before a point, or in all, seeding apart: 32-bit words of torch
 * and python, 64-bit outputs of numpy.
 *
 * @throws as `stateBefore`.
 *
 * @example
 * ```ts
 * drawsOf("seed 1; split 1806 0.8; epochs 9 of shuffle 1444"); // 1841
 * ```
 */
export function drawsOf(plan: PlanLike, point: PlanPoint = "end"): number {
  const found = findPoint(planOf(plan), point);
  return walkTo(found.plan, found.number).consumer.drawn;
}

/**
 * The samples of an epoch of a plan, or of one that follows it, and their batches.
 *
 * @param options.batch the size of the batches, where it is not the loader's
 * @throws as `stateBefore`.
 *
 * @example
 * ```ts
 * const plan = "seed 1; split 1806 0.8; epochs 9 of shuffle 1444";
 * const { batches } = orderOf(plan, { epoch: 10, batch: 64 });
 * batches[0]?.length; // 64
 * ```
 */
export function orderOf(
  plan: PlanLike,
  options: EpochPoint & { readonly batch?: number },
): EpochOrder {
  const found = findEpoch(planOf(plan), options);
  const { loader, breakAfter } = found.action;
  const size = options.batch ?? loader.batchSize ?? 1;
  checkInteger(size, "batch", 1);
  const { consumer, parts } = walkTo(found.plan, found.number);
  const positions = Array.from(consumer.epoch(found.action));
  const part = partOf(loader, parts);
  const order = part === undefined ? positions : positions.map((at) => part[at] as number);
  const whole = loader.dropLast ? Math.floor(order.length / size) : Math.ceil(order.length / size);
  // After how many batches a loop was left is said in the loader's batches.
  const came = options.batch === undefined ? Math.min(breakAfter ?? whole, whole) : whole;
  return {
    epoch: options.epoch,
    order,
    positions,
    batches: Array.from({ length: came }, (_, i) => order.slice(i * size, (i + 1) * size)),
  };
}

/**
 * What a plan does, event by event: the draws, and digests of the states, to compare with those of a
 * program. The rows are made one by one as they are asked for.
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
