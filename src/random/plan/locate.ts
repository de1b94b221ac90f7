import { checkInteger, describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { consumerOf } from "./consumers.ts";
import { extendPlan } from "./count.ts";
import { eventsOf } from "./events.ts";
import { formatPlan } from "./format.ts";
import { type Hypothesis, hypothesesOf } from "./hypotheses.ts";
import type { Plan, PlanLoader, PlanStep } from "./plan.ts";
import { findEpoch, loaderAt } from "./points.ts";
import { scanDraws } from "./scan.ts";
import { formatLoader } from "./step-text.ts";
import { type PlanLike, partOf, pass, planOf, splitBy, walkTo } from "./walk.ts";

/** How many epochs are looked at unless told. */
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
   * Of torch, how many more 32-bit draws there may have been before the first epoch: all numbers of
   * them up to this are tried, a million a second. Default 0.
   */
  readonly draws?: number;
}

/** An epoch that begins as was asked. */
export interface Located {
  /** What consumed the generator if it is so: "as written", "by torch 1.8", "after 1443 draws" … */
  readonly hypothesis: string;
  readonly epoch: number;
  /** Whether the samples are indices of the dataset that was split, or of the loader. */
  readonly as: "order" | "positions";
  /** The plan that `orderOf` takes to give this epoch. */
  readonly plan: string;
}

/**
 * The epochs of a plan that begin with some samples: as it is written, and as it would be if what is
 * often overlooked had been so. A test of what consumed a generator, as far as the samples given are
 * enough to tell: of n samples, m agree by chance once in n (n - 1) … (n - m + 1) epochs.
 *
 * @throws INVALID_PLAN, or INVALID_ARGUMENT for samples that are none and for a plan without a loader.
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
  const order = checkOrder(options.order);
  const upTo = checkInteger(options.upTo ?? DEFAULT_EPOCHS, "upTo", 1);
  const draws = checkInteger(options.draws ?? 0, "draws", 0);
  if (draws > MAX_DRAWS) throw invalid(`expected at most 10^8 draws to try, got ${draws}`);
  loaderAt(written, options.loader);
  const found: Located[] = [];
  const explained = new Set<string>();
  for (const hypothesis of hypothesesOf(written)) {
    for (const [located, drawn] of epochsOf(hypothesis, order, upTo, options.loader)) {
      // One that comes to the same epoch by as many draws explains no more than one before.
      const explanation = `${located.epoch} ${located.as} ${drawn}`;
      if (!explained.has(explanation)) found.push(located);
      explained.add(explanation);
    }
  }
  if (draws === 0) return found;
  if (written.generator.name !== "torch") {
    throw invalid(`expected a plan of torch to try draws, got one of ${written.generator.name}`);
  }
  return [...found, ...afterDraws(written, order, draws, options.loader)];
}

/** The epochs of one hypothesis that begin as was asked, and what was drawn before each. */
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
  let parts: number[][] | undefined;
  for (const { action } of eventsOf(extendPlan(plan, loader, upTo))) {
    if (action.kind === "split") {
      parts = splitBy(consumer, action, plan.generator);
    } else if (action.kind === "epoch" && action.name === loaderName) {
      if (action.epoch > upTo) break;
      const { drawn } = consumer;
      const positions = consumer.epoch(action);
      for (const [as, wanted] of readings(order, partOf(loader, parts))) {
        if (!wanted.every((position, i) => positions[i] === position)) continue;
        const located = { hypothesis: name, epoch: action.epoch, as, plan: formatPlan(plan) };
        found.push([located, drawn]);
      }
    } else {
      pass(consumer, action);
    }
  }
  return found;
}

/** The plan with more draws before its first epoch, wherever that begins as was asked. */
function afterDraws(
  plan: Plan,
  order: readonly number[],
  draws: number,
  which: number | undefined,
): Located[] {
  const found = findEpoch(plan, { epoch: 1, ...(which === undefined ? {} : { loader: which }) });
  const { loader } = found.action;
  if (!loader.shuffle) return [];
  const { consumer, parts } = walkTo(found.plan, found.number);
  const state = consumer.state();
  return readings(order, partOf(loader, parts)).flatMap(([as, positions]) =>
    scanDraws(state, plan, loader, { positions, draws: draws })
      .filter((count) => count > 0)
      .map((count) => ({
        hypothesis: `after ${count} draws`,
        epoch: 1,
        as,
        plan: formatPlan(withDraws(plan, loader, count)),
      })),
  );
}

/** Draws put in before the step that has a loader. They do not change how many others there are. */
function withDraws(plan: Plan, loader: PlanLoader, count: number): Plan {
  const name = formatLoader(loader);
  const has = (step: PlanStep): boolean =>
    (step.kind === "epochs" && formatLoader(step.loader) === name) ||
    (step.kind === "repeat" && step.steps.some(has));
  const at = plan.steps.findIndex(has);
  const draws: PlanStep = { kind: "draws", count, unit: "words" };
  return { ...plan, steps: [...plan.steps.slice(0, at), draws, ...plan.steps.slice(at)] };
}

/** What the samples may be: positions of the loader, or indices of the part that it loads. */
function readings(
  order: readonly number[],
  part: readonly number[] | undefined,
): (readonly [as: Located["as"], positions: readonly number[]])[] {
  if (part === undefined) return [["order", order]];
  return [
    ["order", order.map((sample) => part.indexOf(sample))],
    ["positions", order],
  ];
}

function checkOrder(order: ArrayLike<number>): number[] {
  const samples = Array.from(order ?? []);
  if (
    samples.length > 0 &&
    samples.every((sample) => Number.isSafeInteger(sample) && sample >= 0)
  ) {
    return samples;
  }
  throw invalid(`expected the first samples of an epoch as whole numbers, got ${describe(order)}`);
}

const MAX_DRAWS = 1e8;

function invalid(message: string): RewindError {
  return new RewindError("INVALID_ARGUMENT", message);
}
