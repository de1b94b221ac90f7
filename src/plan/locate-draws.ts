import { formatPlan } from "./format.ts";
import { eraOf } from "./limits.ts";
import type { Located } from "./locate.ts";
import { partAt } from "./parts.ts";
import type { Plan, PlanLoader, PlanStep } from "./plan.ts";
import { findEpoch } from "./points.ts";
import { type DrawsTarget, scanDraws } from "./scan.ts";
import { formatLoader } from "./step-text.ts";
import { countEvents } from "./totals.ts";
import { partOf, type Walked, walkTo } from "./walk.ts";

/** What to look for when a plan leaves draws out. */
export interface DrawsSearch {
  readonly order: readonly number[];
  readonly draws: number;
  readonly loader: PlanLoader;
  /** The loader's number, if it was given. */
  readonly which: number | undefined;
}

/**
 * The plan with more draws before its first epoch, or right after its seed, for each number of
 * draws with which that epoch begins with the wanted samples.
 */
export function locateAfterDraws(plan: Plan, search: DrawsSearch): Located[] {
  const { loader, which, order, draws } = search;
  if (!loader.shuffle || loader.length >= eraOf(plan.generator).insideOutFrom) return [];
  const found = findEpoch(plan, { epoch: 1, ...(which === undefined ? {} : { loader: which }) });
  const epoch = walkTo(found, loader);
  const at = plan.steps.findIndex((step) => has(step, loader));
  const seed = seedBefore(plan, at);
  const part = partOf(loader, epoch.split);
  const places = new Map<number, number>(part ? Array.from(part, (item, i) => [item, i]) : []);
  const positions = order.map((sample) => (part ? (places.get(sample) ?? -1) : sample));
  const split = splitAfter(epoch, seed, search);
  const targets: (DrawsTarget & Pick<Located, "as"> & { readonly at: number })[] = [
    ...(split ? [{ order, split: split.target, as: "order" as const, at: seed + 1 }] : []),
    { order: positions, as: "order", at },
    ...(part ? [{ order, as: "positions" as const, at }] : []),
  ];
  const { state, between } = split ?? { state: epoch.consumer.state(), between: 0 };
  const scanned = scanDraws({ plan, loader, state, between, draws }, targets);
  return scanned.flatMap((counts, i) =>
    counts.map((count): Located => {
      const { as, at: place, split: after } = targets[i] as (typeof targets)[number];
      return {
        hypothesis: after ? `with ${count} draws after the seed` : `after ${count} draws`,
        epoch: 1,
        as,
        plan: formatPlan(withDraws(plan, place, count)),
      };
    }),
  );
}

/**
 * How many draws are tried right after the seed, since each number of draws makes another split.
 */
export function drawsAfterSeed(draws: number, splitLength: number): number {
  return Math.min(draws, Math.floor(MAX_SPLIT / Math.max(splitLength, 1)));
}

const MAX_SPLIT = 1e10;

/** The split that draws after the seed would change, and the state after the seed. */
function splitAfter(
  { plan, consumer, split }: Walked,
  seed: number,
  { loader, draws }: DrawsSearch,
):
  | {
      readonly state: Uint8Array;
      readonly between: number;
      readonly target: NonNullable<DrawsTarget["split"]>;
    }
  | undefined {
  const part = split === undefined ? undefined : partAt(loader, split.lengths);
  if (split === undefined || part === undefined || seed < 0) return undefined;
  const toSeed = plan.steps.slice(0, seed + 1);
  if (split.number <= countEvents(toSeed)) return undefined;
  const start = walkTo({ plan: { ...plan, steps: toSeed }, isBefore: () => false }).consumer;
  const toSplit = walkTo({ plan, isBefore: ({ number }) => number === split.number }).consumer;
  const between = consumer.drawn - start.drawn;
  const length = split.lengths.reduce((sum, each) => sum + each, 0);
  if (between > MAX_BETWEEN || length >= eraOf(plan.generator).insideOutFrom) return undefined;
  const target = {
    length,
    from: split.lengths.slice(0, part).reduce((sum, each) => sum + each, 0),
    between: toSplit.drawn - start.drawn,
    draws: drawsAfterSeed(draws, length),
  };
  return { state: start.state(), between, target };
}

const MAX_BETWEEN = 1e8;

/** The plan with draws inserted before a step. The number of all other draws stays the same. */
function withDraws(plan: Plan, at: number, count: number): Plan {
  const draws: PlanStep = { kind: "draws", count, unit: "words" };
  return { ...plan, steps: [...plan.steps.slice(0, at), draws, ...plan.steps.slice(at)] };
}

function has(step: PlanStep, loader: PlanLoader): boolean {
  if (step.kind === "repeat") return step.steps.some((inner) => has(inner, loader));
  return step.kind === "epochs" && formatLoader(step.loader) === formatLoader(loader);
}

/** The last seed before a step; -1 if a repeat after it contains another seed. */
function seedBefore(plan: Plan, at: number): number {
  const seed = plan.steps.findLastIndex((step, i) => i < at && step.kind === "seed");
  const seeds = (step: PlanStep): boolean =>
    step.kind === "seed" || (step.kind === "repeat" && step.steps.some(seeds));
  return plan.steps.slice(seed + 1, at + 1).some(seeds) ? -1 : seed;
}
