import { checkInteger, describe } from "../base/checks.ts";
import { count } from "../base/count.ts";
import { isRewindError, RewindError } from "../base/errors.ts";
import { checkLength } from "../random/torch/permutation.ts";
import { DEFAULT_TORCH_VERSION, type TorchEra, torchEra } from "../random/torch/version.ts";
import { checkBreakOf, checkLoader } from "./check-loader.ts";
import { invalidPlan } from "./invalid-plan.ts";
import { checkKeys } from "./keys.ts";
import { checkWork, eraOf } from "./limits.ts";
import { partAt, partLengths } from "./parts.ts";
import {
  type EpochsStep,
  PLAN_GENERATORS,
  type Plan,
  type PlanGenerator,
  type PlanStep,
  type SplitStep,
} from "./plan.ts";

/** How deep the repeats of a plan may be nested. */
export const MAX_DEPTH = 50;

/**
 * The plan in its normal form, with defaults left out, so that two plans are the same if their
 * normal forms are.
 *
 * @throws INVALID_PLAN
 */
export function checkPlan(plan: Plan): Plan {
  checkKeys(plan, "a plan that is no text", ["generator", "steps"]);
  const generator = checkGenerator(plan.generator);
  const steps = new StepChecker(generator).steps(plan.steps);
  const first = steps[0]?.kind;
  if (first !== "seed") {
    throw invalidPlan(`expected a plan to begin with a seed, got ${first ?? "no steps"}`);
  }
  checkWork({ generator, steps });
  return { generator, steps };
}

/** The generator of a plan, PyTorch's of the default version unless given. */
export function checkGenerator(generator: PlanGenerator | undefined): PlanGenerator {
  const given = generator === undefined ? {} : generator;
  checkKeys(given, "a plan's generator", ["name", "version"]);
  const { name = "torch", version }: Partial<PlanGenerator> = given;
  if (name === "torch") {
    const checked = version ?? DEFAULT_TORCH_VERSION;
    planCheck(() => torchEra(checked));
    return { name, version: checked };
  }
  if (!PLAN_GENERATORS.includes(name)) {
    throw invalidPlan(
      `expected a generator among ${PLAN_GENERATORS.join(", ")}, got ${describe(name)}`,
    );
  }
  if (version === undefined) return { name };
  throw invalidPlan(
    `${name} takes no version, because its draws have never changed: got ${describe(version)}`,
  );
}

/** Checks steps one by one, in the order in which they are written. */
export class StepChecker {
  readonly #generator: PlanGenerator;
  readonly #era: TorchEra;
  /** The lengths of the parts of the latest split. */
  #parts: readonly number[] = [];

  constructor(generator: PlanGenerator) {
    this.#generator = generator;
    this.#era = eraOf(generator);
  }

  /** Steps in their normal form. Throws INVALID_PLAN. */
  steps(steps: readonly PlanStep[], depth = 0): PlanStep[] {
    if (!Array.isArray(steps))
      throw invalidPlan(`expected a list of steps, got ${describe(steps)}`);
    // `map` would skip the holes of a list.
    return Array.from(steps, (step: PlanStep) => this.step(step, depth));
  }

  /** A step in its normal form. Throws INVALID_PLAN. */
  step(step: PlanStep, depth = 0): PlanStep {
    const kind: unknown = step?.kind;
    if (typeof kind === "string" && Object.hasOwn(STEP_KEYS, kind)) {
      checkKeys(step, `a step of the kind ${kind}`, ["kind", ...STEP_KEYS[step.kind]]);
    }
    switch (step?.kind) {
      case "seed":
        return { kind: step.kind, seed: checkSeed(step.seed, this.#generator) };
      case "draws":
        return {
          kind: step.kind,
          count: checkCount(step.count, "draws"),
          unit: checkUnit(step.unit),
        };
      case "permutation":
        return { kind: step.kind, length: planCheck(() => checkLength(step.length, "the length")) };
      case "split":
        return this.#split(step);
      case "epochs":
        return this.#epochs(step);
      case "repeat": {
        if (depth >= MAX_DEPTH)
          throw invalidPlan(`expected at most ${count(MAX_DEPTH)} repeats in one another`);
        const steps = this.steps(step.steps, depth + 1);
        return { kind: step.kind, count: checkCount(step.count, "repeats"), steps };
      }
      default:
        throw invalidPlan(
          `expected a step of the kind seed, draws, permutation, split, epochs or repeat, got ${describe(kind === undefined ? step : kind)}`,
        );
    }
  }

  #split(step: SplitStep): SplitStep {
    const { kind, length, parts } = step;
    this.#parts = planCheck(() => partLengths(length, parts, this.#era));
    return { kind, length, parts: [...parts] };
  }

  #epochs(step: EpochsStep): EpochsStep {
    const loader = planCheck(() => checkLoader(step.loader, this.#generator.name, this.#era));
    partAt(loader, this.#parts);
    const epochs: EpochsStep = { kind: "epochs", count: checkCount(step.count, "epochs"), loader };
    if (step.breakAfter === undefined) return epochs;
    return {
      ...epochs,
      breakAfter: planCheck(() => checkBreakOf(loader, step.breakAfter, this.#era)),
    };
  }
}

/** The keys of steps of each kind, besides `kind`. */
const STEP_KEYS: Readonly<Record<PlanStep["kind"], readonly string[]>> = {
  seed: ["seed"],
  draws: ["count", "unit"],
  permutation: ["length"],
  split: ["length", "parts"],
  epochs: ["count", "loader", "breakAfter"],
  repeat: ["count", "steps"],
};

function checkSeed(seed: unknown, { name }: PlanGenerator): bigint {
  if (typeof seed !== "bigint" && !Number.isSafeInteger(seed)) {
    throw invalidPlan(
      `expected a whole number as the seed, beyond 2^53 - 1 a bigint, got ${describe(seed)}`,
    );
  }
  const whole = BigInt(seed as number | bigint);
  if (name === "torch" && (whole < -(2n ** 63n) || whole >= 2n ** 64n)) {
    throw invalidPlan(`expected a seed in -2^63..2^64 - 1, got ${whole}`);
  }
  if (name === "numpy" && whole < 0n)
    throw invalidPlan(`expected a seed of at least 0, got ${whole}`);
  if (name === "xoshiro" && (whole < 0n || whole >= 2n ** 256n)) {
    throw invalidPlan(`expected a seed in 0..2^256 - 1, got ${whole}`);
  }
  return whole;
}

function checkUnit(unit: unknown): "words" | "doubles" {
  if (unit === undefined) return "words";
  if (unit === "words" || unit === "doubles") return unit;
  throw invalidPlan(`expected the unit of draws to be words or doubles, got ${describe(unit)}`);
}

function checkCount(value: unknown, name: string): number {
  return planCheck(() => checkInteger(value, `the number of ${name}`, 0));
}

/** Turns what a check of the generator refuses into an error of the plan. */
function planCheck<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isRewindError(error, "INVALID_ARGUMENT", "INVALID_SEED")) throw error;
    throw new RewindError("INVALID_PLAN", error.message, {}, { cause: error });
  }
}
