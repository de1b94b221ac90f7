import { checkInteger, describe } from "../base/checks.ts";
import { count as grouped } from "../base/count.ts";
import { invalidArgument } from "../base/invalid-argument.ts";
import { consumerOf } from "./consumers.ts";
import { eventsOf } from "./events.ts";
import { extendPlan } from "./extend-plan.ts";
import { formatPlan } from "./format.ts";
import { type Hypothesis, hypothesesOf } from "./hypotheses.ts";
import { checkKeys } from "./keys.ts";
import { checkOrderLength, checkWork } from "./limits.ts";
import { locateAfterDraws } from "./locate-draws.ts";
import type { Plan, PlanLoader, PlanStep } from "./plan.ts";
import { loaderAt } from "./points.ts";
import { formatLoader } from "./step-text.ts";
import { countEpochs } from "./totals.ts";
import { lengthsOf, type PlanLike, partOf, pass, planOf, splitFor } from "./walk.ts";

/** How many epochs are looked at unless `upTo` is given. */
export const DEFAULT_EPOCHS = 100;

/** What to look for, and how far. */
export interface LocateOptions {
  /** The first few samples of an epoch, in order, as indices of the dataset or of the loader. */
  readonly order: ArrayLike<number>;
  /** The epochs to look at; default 100. */
  readonly upTo?: number;
  /** Which loader of the plan, as in `orderOf`. */
  readonly loader?: number;
  /**
   * For torch: the most 32-bit draws that the plan may lack, right after the seed (a model that was
   * built before the split, say) or before the first epoch. Every number up to this one is tried,
   * some hundred thousand a second. Default 0.
   */
  readonly draws?: number;
}

/** An epoch that begins with the wanted samples. */
export interface Located {
  /**
   * What consumed the generator if it is so: "as written", "by torch 1.8", "after 352 draws", "with
   * 352 draws after the seed" …
   */
  readonly hypothesis: string;
  readonly epoch: number;
  /** Whether the samples are indices of the dataset that was split, or of the loader. */
  readonly as: "order" | "positions";
  /** The plan that `orderOf` takes to give this epoch. */
  readonly plan: string;
}

/**
 * The epochs of a plan that begin with some samples: as it is written, and as it would be if what
 * is often overlooked had been so. A test of what consumed a generator, as far as the samples given
 * are enough to tell: of n samples, m agree by chance once in n (n - 1) … (n - m + 1) epochs. What
 * takes the fewest changes to the plan comes first, and of these the epoch nearest to those of the
 * plan.
 *
 * @throws INVALID_PLAN, or INVALID_ARGUMENT for samples that can begin no epoch, for a plan without
 * a loader, and for more epochs than can be looked at.
 *
 * @example
 * ```ts
 * const plan = "seed 1; split 1806 0.8; epochs 1 of shuffle 1444";
 * const { order } = orderOf(plan, { epoch: 10 });
 * locate(plan, { order: order.slice(0, 4) })[0]?.epoch; // 10
 * ```
 */
export function locate(plan: PlanLike, options: LocateOptions): Located[] {
  const written = planOf(plan);
  checkKeys(options, "what locate takes", ["order", "upTo", "loader", "draws"], INVALID);
  const upTo = checkInteger(options.upTo ?? DEFAULT_EPOCHS, "upTo", 1);
  const draws = checkInteger(options.draws ?? 0, "draws", 0);
  if (draws > MAX_DRAWS) throw invalidArgument(`expected at most 10^8 draws to try, got ${draws}`);
  const loader = loaderAt(written, options.loader);
  checkOrderLength(loader.length);
  if (upTo * loader.length > MAX_LOOKED_AT) {
    throw invalidArgument(
      `expected to look at epochs of at most 2 * 10^9 samples in all, got ${grouped(upTo)} of ${grouped(loader.length)}`,
    );
  }
  const order = checkOrder(options.order, written, loader);
  const found: Ranked[] = [];
  const explained = new Set<string>();
  for (const hypothesis of hypothesesOf(written)) {
    for (const [located, drawn] of epochsOf(hypothesis, order, upTo, options.loader)) {
      // A hypothesis with the same epoch after as many draws explains no more than an earlier one.
      const explanation = `${located.epoch} ${located.as} ${drawn}`;
      if (!explained.has(explanation)) found.push({ located, changes: hypothesis.changes });
      explained.add(explanation);
    }
  }
  if (draws > 0) {
    if (written.generator.name !== "torch") {
      throw invalidArgument(
        `expected a plan of torch to try draws, got one of ${written.generator.name}`,
      );
    }
    const drawn = locateAfterDraws(written, { order, draws, loader, which: options.loader });
    found.push(...drawn.map((located) => ({ located, changes: 1 })));
  }
  const epochs = countEpochs(written.steps, formatLoader(loader));
  return found.sort(nearestFirst(epochs)).map(({ located }) => located);
}

interface Ranked {
  readonly located: Located;
  readonly changes: number;
}

function nearestFirst(epochs: number): (a: Ranked, b: Ranked) => number {
  // The epoch after the last one is what a plan is mostly written for.
  const beyond = ({ located }: Ranked): number => Math.max(0, located.epoch - epochs - 1);
  return (a, b) => a.changes - b.changes || beyond(a) - beyond(b);
}

/** The epochs of one hypothesis that begin with the wanted samples, and the draws before each. */
function epochsOf(
  { name, plan }: Hypothesis,
  order: readonly number[],
  upTo: number,
  which: number | undefined,
): (readonly [located: Located, drawn: number])[] {
  const loader = loaderAt(plan, which);
  const loaderName = formatLoader(loader);
  const consumer = consumerOf(plan.generator);
  const found: (readonly [Located, number])[] = [];
  const longer = extendPlan(plan, loader, upTo);
  if (longer !== plan) checkWork(longer);
  let wanted = readings(order, undefined);
  for (const { number, action } of eventsOf(longer)) {
    if (action.kind === "split") {
      const lengths = lengthsOf(plan, action);
      const split = { number, lengths, items: splitFor(consumer, action, lengths, loader) };
      wanted = readings(order, partOf(loader, split));
    } else if (action.kind === "epoch" && action.name === loaderName) {
      if (action.epoch > upTo) break;
      const { drawn } = consumer;
      const positions = consumer.epoch(action).order;
      for (const [as, begins] of wanted) {
        if (!begins.every((position, i) => positions[i] === position)) continue;
        const located = { hypothesis: name, epoch: action.epoch, as, plan: formatPlan(plan) };
        found.push([located, drawn]);
      }
    } else {
      pass(consumer, action);
    }
  }
  return found;
}

/** What the samples may mean: positions in the loader, or indices of the part that it loads. */
function readings(
  order: readonly number[],
  part: Uint32Array | undefined,
): (readonly [as: Located["as"], positions: readonly number[]])[] {
  if (part === undefined) return [["order", order]];
  const places = new Map<number, number>();
  const wanted = new Set(order);
  for (const [at, sample] of part.entries()) if (wanted.has(sample)) places.set(sample, at);
  return [
    ["order", order.map((sample) => places.get(sample) ?? -1)],
    ["positions", order],
  ];
}

/** Samples that an epoch could begin with. */
function checkOrder(order: ArrayLike<number>, plan: Plan, loader: PlanLoader): number[] {
  const count: unknown = order?.length;
  if (typeof order !== "object" || typeof count !== "number" || !(count > 0)) {
    throw invalidArgument(
      `expected the first samples of an epoch as whole numbers, got ${describe(order)}`,
    );
  }
  if (!(count <= loader.length)) {
    throw invalidArgument(
      `expected at most the ${grouped(loader.length)} samples of the loader, got ${grouped(count)}`,
    );
  }
  const most = Math.max(loader.length, largestSplit(plan.steps));
  const seen = new Set<number>();
  for (const sample of Array.from(order)) {
    if (!Number.isSafeInteger(sample) || sample < 0 || sample >= most) {
      throw invalidArgument(`expected samples in 0..${most - 1}, got ${describe(sample)}`);
    }
    if (seen.has(sample)) throw invalidArgument(`expected each sample once, got ${sample} again`);
    seen.add(sample);
  }
  return [...seen];
}

/** The most items that a plan splits. */
export function largestSplit(steps: readonly PlanStep[]): number {
  return steps.reduce((most, step) => {
    if (step.kind === "repeat") return Math.max(most, largestSplit(step.steps));
    return step.kind === "split" ? Math.max(most, step.length) : most;
  }, 0);
}

const MAX_DRAWS = 1e8;
const MAX_LOOKED_AT = 2e9;
const INVALID = "INVALID_ARGUMENT";
