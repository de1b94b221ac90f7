import { isRewindError } from "../base/errors.ts";
import { checkPlan } from "./check.ts";
import type { EpochsStep, Plan, PlanStep } from "./plan.ts";

/** What may have consumed the generator instead, as a plan. */
export interface Hypothesis {
  readonly name: string;
  /** How many changes to the written plan it assumes. */
  readonly changes: number;
  readonly plan: Plan;
}

/**
 * A plan, and what is often overlooked in one: that the split was not made, or made again after the
 * state was restored; another version of PyTorch; a loader with or without its own generator;
 * persistent workers; and loops over a loader that does not shuffle, which draw as well.
 */
export function hypothesesOf(plan: Plan): readonly Hypothesis[] {
  const variants: readonly (readonly [name: string, make: () => Plan])[] = [
    ["as written", () => plan],
    ["without the split", () => rewritten(plan, withoutSplit)],
    ["with the split made twice", () => rewritten(plan, splitTwice)],
    ...(plan.generator.name === "torch" ? torchVariants(plan) : []),
  ];
  const seen = new Set<string>();
  return variants.flatMap(([name, make], i) => {
    const variant = possible(make);
    const text = variant === undefined ? "" : JSON.stringify(variant, bigints);
    if (variant === undefined || seen.has(text)) return [];
    seen.add(text);
    return [{ name, changes: i === 0 ? 0 : 1, plan: variant }];
  });
}

/** One version of each era of data loaders. */
const VERSIONS = ["1.6", "1.8", "1.10", "1.13", "2.13"];

function torchVariants(plan: Plan): (readonly [name: string, make: () => Plan])[] {
  const loaders = (change: (step: EpochsStep) => PlanStep[]) => () =>
    rewritten(plan, (step) => (step.kind === "epochs" ? change(step) : [step]));
  return [
    ["with a generator of the loader's own", loaders((step) => [owning(step, "own")])],
    ["without a generator of the loader's own", loaders((step) => [owning(step, "default")])],
    ["with persistent workers", loaders((step) => [persistent(step)])],
    ["with a validation loop after each epoch", loaders((step) => [validated(step)])],
    [
      "with a validation loop at the start and after each epoch",
      loaders((step) => [VALIDATION, validated(step)]),
    ],
    ...VERSIONS.map((version) => [`by torch ${version}`, () => byTorch(plan, version)] as const),
  ];
}

function byTorch(plan: Plan, version: string): Plan {
  return { ...plan, generator: { name: "torch", version } };
}

function rewritten(plan: Plan, change: (step: PlanStep) => PlanStep[]): Plan {
  const steps = (before: readonly PlanStep[]): PlanStep[] =>
    before.flatMap((step) =>
      step.kind === "repeat" ? [{ ...step, steps: steps(step.steps) }] : change(step),
    );
  return { ...plan, steps: steps(plan.steps) };
}

function withoutSplit(step: PlanStep): PlanStep[] {
  if (step.kind === "split") return [];
  if (step.kind !== "epochs") return [step];
  const { part: _, ...loader } = step.loader;
  return [{ ...step, loader }];
}

function splitTwice(step: PlanStep): PlanStep[] {
  return step.kind === "split" ? [step, { kind: "permutation", length: step.length }] : [step];
}

function owning(step: EpochsStep, generator: "own" | "default"): EpochsStep {
  return { ...step, loader: { ...step.loader, generator } };
}

function persistent(step: EpochsStep): EpochsStep {
  const { loader } = step;
  return { ...step, loader: { numWorkers: 2, ...loader, persistentWorkers: true } };
}

/** The draws of a loop over any loader that does not shuffle. */
const VALIDATION: EpochsStep = { kind: "epochs", count: 1, loader: { length: 1 } };

function validated(step: EpochsStep): PlanStep {
  if (!step.loader.shuffle) return step;
  return { kind: "repeat", count: step.count, steps: [{ ...step, count: 1 }, VALIDATION] };
}

/** A plan in its normal form; undefined if it is not valid. */
function possible(make: () => Plan): Plan | undefined {
  try {
    return checkPlan(make());
  } catch (error) {
    if (isRewindError(error, "INVALID_PLAN")) return undefined;
    throw error;
  }
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
