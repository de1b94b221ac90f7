import { checkInteger, describe } from "../../base/checks.ts";
import { isRewindError, RewindError } from "../../base/errors.ts";
import { checkLength } from "../torch/permutation.ts";
import { DEFAULT_TORCH_VERSION, type TorchEra, torchEra } from "../torch/version.ts";
import { checkBreakOf, checkLoader } from "./check-loader.ts";
import { countEvents } from "./count.ts";
import { partLengths } from "./parts.ts";
import type { EpochsStep, Plan, PlanGenerator, PlanLoader, PlanStep, SplitStep } from "./plan.ts";

/** How many repeats a plan may have in one another. */
export const MAX_DEPTH = 50;

/** The most events that a plan may come to: a minute's work. */
const MAX_EVENTS = 1e8;

/**
 * The plan in its normal form, with defaults left out, so that two plans are the same if their normal
 * forms are.
 *
 * @throws INVALID_PLAN
 */
export function checkPlan(plan: Plan): Plan {
  const generator = checkGenerator(plan?.generator);
  const steps = new StepChecker(generator).steps(plan?.steps);
  const first = steps[0]?.kind;
  if (first !== "seed") {
    throw invalid(`expected a plan to begin with a seed, got ${first ?? "no steps"}`);
  }
  const events = countEvents(steps);
  if (events > MAX_EVENTS) {
    throw invalid(`expected a plan of at most 10^8 events, got ${events}`);
  }
  return { generator, steps };
}

/** The generator of a plan, PyTorch's of the default version unless given. */
export function checkGenerator(generator: PlanGenerator | undefined): PlanGenerator {
  const { name = "torch", version } = generator ?? {};
  if (name === "torch") {
    const checked = version ?? DEFAULT_TORCH_VERSION;
    planCheck(() => torchEra(checked));
    return { name, version: checked };
  }
  if (name !== "numpy" && name !== "python") {
    throw invalid(`expected a generator among torch, numpy, python, got ${describe(name)}`);
  }
  if (version === undefined) return { name };
  throw invalid(
    `expected no version of ${name}, whose draws have not changed, got ${describe(version)}`,
  );
}

/** Checks steps one by one, in the order in which they are written. */
export class StepChecker {
  private readonly generator: PlanGenerator;
  private readonly era: TorchEra;
  /** The lengths of the parts of the latest split. */
  private parts: readonly number[] = [];

  constructor(generator: PlanGenerator) {
    this.generator = generator;
    this.era = eraOf(generator);
  }

  /** Steps in their normal form. Throws INVALID_PLAN. */
  steps(steps: readonly PlanStep[], depth = 0): PlanStep[] {
    if (!Array.isArray(steps)) throw invalid(`expected a list of steps, got ${describe(steps)}`);
    return steps.map((step: PlanStep) => this.step(step, depth));
  }

  /** A step in its normal form. Throws INVALID_PLAN. */
  step(step: PlanStep, depth = 0): PlanStep {
    const kind: unknown = step?.kind;
    switch (step?.kind) {
      case "seed":
        return { kind: step.kind, seed: checkSeed(step.seed, this.generator) };
      case "draws":
        return { kind: step.kind, count: count(step.count, "draws"), unit: checkUnit(step.unit) };
      case "permutation":
        return { kind: step.kind, length: planCheck(() => checkLength(step.length, "the length")) };
      case "split":
        return this.split(step);
      case "epochs":
        return this.epochs(step);
      case "repeat": {
        if (depth >= MAX_DEPTH)
          throw invalid(`expected at most ${MAX_DEPTH} repeats in one another`);
        const steps = this.steps(step.steps, depth + 1);
        return { kind: step.kind, count: count(step.count, "repeats"), steps };
      }
      default:
        throw invalid(
          `expected a step of the kind seed, draws, permutation, split, epochs or repeat, got ${describe(kind)}`,
        );
    }
  }

  private split(step: SplitStep): SplitStep {
    const { kind, length, parts } = step;
    this.parts = planCheck(() => partLengths(length, parts, this.era));
    return { kind, length, parts: [...parts] };
  }

  private epochs(step: EpochsStep): EpochsStep {
    const loader = planCheck(() => checkLoader(step.loader, this.generator.name, this.era));
    this.checkPart(loader);
    const epochs: EpochsStep = { kind: "epochs", count: count(step.count, "epochs"), loader };
    if (step.breakAfter === undefined) return epochs;
    return {
      ...epochs,
      breakAfter: planCheck(() => checkBreakOf(loader, step.breakAfter, this.era)),
    };
  }

  private checkPart({ part, length }: PlanLoader): void {
    if (part === undefined) return;
    const found = this.parts[part - 1];
    if (found === length) return;
    const { length: parts } = this.parts;
    const split = parts === 0 ? "no split" : `a split into ${parts}`;
    throw invalid(
      `expected a split before whose part ${part} has ${length} items, got ` +
        (found === undefined ? split : `a part of ${found}`),
    );
  }
}

/** The era of PyTorch; numpy and Python split as the present one does. */
export function eraOf({ version }: PlanGenerator): TorchEra {
  return torchEra(version ?? "2.13");
}

function checkSeed(seed: unknown, { name }: PlanGenerator): bigint {
  if (typeof seed !== "bigint" && !Number.isSafeInteger(seed)) {
    throw invalid(
      `expected a whole number as the seed, beyond 2^53 - 1 a bigint, got ${describe(seed)}`,
    );
  }
  const whole = BigInt(seed as number | bigint);
  if (name === "torch" && (whole < -(2n ** 63n) || whole >= 2n ** 64n)) {
    throw invalid(`expected a seed in -2^63..2^64 - 1, got ${whole}`);
  }
  if (name === "numpy" && whole < 0n) throw invalid(`expected a seed from 0 on, got ${whole}`);
  return whole;
}

function checkUnit(unit: unknown): "words" | "doubles" {
  if (unit === undefined) return "words";
  if (unit === "words" || unit === "doubles") return unit;
  throw invalid(`expected the unit of draws to be words or doubles, got ${describe(unit)}`);
}

function count(value: unknown, name: string): number {
  return planCheck(() => checkInteger(value, `the number of ${name}`, 0));
}

/** What a check of the generator's own finds wrong, as an error in the plan. */
function planCheck<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isRewindError(error, "INVALID_ARGUMENT", "INVALID_SEED")) throw error;
    throw new RewindError("INVALID_PLAN", error.message, {}, { cause: error });
  }
}

function invalid(message: string): RewindError {
  return new RewindError("INVALID_PLAN", message);
}
