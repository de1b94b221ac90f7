import { checkInteger } from "../base/checks.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import { type EpochAction, formatAction } from "./events.ts";
import { checkMade, checkOrderLength } from "./limits.ts";
import { partAt } from "./parts.ts";
import { cut, lengthsOf, partOf, type Walked } from "./walk.ts";

/** The samples of one epoch. */
export interface EpochOrder {
  readonly epoch: number;
  /**
   * The samples in the order in which they came: indices into the dataset that was split, if the
   * loader loads a part of the last split before, else `positions`.
   */
  readonly order: number[];
  /** The same as the loader counts them, in 0..length - 1. */
  readonly positions: number[];
  /** `order` in batches, those that came. */
  readonly batches: number[][];
  /**
   * The base seed of the loader's workers, worker w being seeded by it plus w; undefined without.
   */
  readonly baseSeed: bigint | undefined;
}

/** The items of a permutation or a split. */
export interface EventOrder {
  /** The items in the order that they were permuted into. */
  readonly order: number[];
  /** The same cut into the parts of the split; of a permutation one. */
  readonly parts: number[][];
}

/**
 * The samples of the epoch that a walk for its loader stands before, which is consumed. Throws as
 * `orderOf`.
 */
export function epochAt(walked: Walked, action: EpochAction, batch?: number): EpochOrder {
  const { consumer, split } = walked;
  const { loader, breakAfter, epoch } = action;
  const size = batch === undefined ? (loader.batchSize ?? 1) : checkInteger(batch, "batch", 1);
  checkOrderLength(loader.length);
  const part = partOf(loader, split);
  const consumed = consumer.epoch(action);
  const positions = Array.from(consumed.order);
  const order = part === undefined ? positions : positions.map((at) => part[at] as number);
  const whole = loader.dropLast ? Math.floor(order.length / size) : Math.ceil(order.length / size);
  // `breakAfter` counts the loader's own batches.
  const came = batch === undefined ? Math.min(breakAfter ?? whole, whole) : whole;
  const batches = Array.from({ length: came }, (_, i) => order.slice(i * size, (i + 1) * size));
  return { epoch, order, positions, batches, baseSeed: consumed.baseSeed };
}

/** The items of the permutation or split that a walk stands before, which is consumed. */
export function itemsAt({ plan, consumer, event }: Walked): EventOrder {
  const action = event?.action;
  if (action?.kind !== "split" && action?.kind !== "permutation") {
    const got = action === undefined ? "the end" : formatAction(action);
    throw invalidArgument(
      `expected an event with an order: a permutation, a split or an epoch, got ${got}`,
    );
  }
  checkMade(action.length);
  checkOrderLength(action.length);
  const order = Array.from(consumer.permutation(action.length));
  return { order, parts: action.kind === "split" ? cut(order, lengthsOf(plan, action)) : [order] };
}

/**
 * Why the samples of an epoch are positions in its loader, if a split before suggests that they are
 * indices into what was split; undefined if no split does.
 */
export function whyPositions({ split, event }: Walked): string | undefined {
  if (split === undefined || event?.action.kind !== "epoch") return undefined;
  const { loader } = event.action;
  if (partAt(loader, split.lengths) !== undefined) return undefined;
  const lengths = split.lengths.join(", ");
  return `${loader.length} is the length of no part of the split (${lengths}): these are positions in the loader`;
}
