import { invalidArgument } from "../base/invalid-argument.ts";
import { epochCourse, epochDraws } from "../random/torch/loader-draws.ts";
import { loaderShape } from "../random/torch/loader-options.ts";
import { permutationDraws } from "../random/torch/permutation.ts";
import { type TorchEra, torchEra } from "../random/torch/version.ts";
import { invalidPlan } from "./invalid-plan.ts";
import type { EpochsStep, Plan, PlanGenerator, PlanStep } from "./plan.ts";
import { totalOf } from "./totals.ts";

/** The most events of a plan: a minute's work. */
const MAX_EVENTS = 1e8;

/** The most numbers that a plan may skip without a jump: a minute's work as well. */
const MAX_PASSED = 2e10;

/** The most samples that an order may have: all of it, and its batches, are in memory. */
const MAX_ORDER = 2 ** 24;

/** The most items of a permutation or a split that is made. */
const MAX_MADE = 2 ** 28;

/** The number of draws from which the generators of torch and python jump. */
const JUMPS_FROM = 5e6;

/**
 * Checks that a plan can be walked through: that its events and the numbers that it skips take at
 * most a minute each, and that its draws can be counted.
 *
 * @throws INVALID_PLAN
 */
export function checkWork({ generator, steps }: Plan): void {
  const events = totalOf(
    steps,
    (step) => (step.kind === "epochs" ? Math.max(step.count, 1) : 1),
    1,
  );
  if (events > MAX_EVENTS) {
    throw invalidPlan(`expected a plan of at most 10^8 events, empty ones counted, got ${events}`);
  }
  const era = eraOf(generator);
  const total = (cost: (draws: Draws) => number): number =>
    totalOf(steps, (step) => cost(drawsOf(step, generator, era)));
  const draws = total(({ each, times }) => each * times);
  if (draws > Number.MAX_SAFE_INTEGER) {
    throw invalidPlan(
      `expected a plan of at most 2^53 - 1 draws, got about ${draws.toPrecision(3)}`,
    );
  }
  // It skips no more than it draws, except for the shuffles of numpy and Python.
  if (draws * SHUFFLED <= MAX_PASSED) return;
  const passed = total(({ passed, times }) => passed * times);
  if (passed <= MAX_PASSED) return;
  throw invalidPlan(
    `this plan takes ${(passed / MAX_PASSED).toPrecision(3)} times the work that is allowed: ` +
      "2 * 10^10 draws made one by one, or 10^9 items that numpy or Python shuffles",
  );
}

/** The era of PyTorch. Splits of numpy and Python are cut as the newest PyTorch cuts them. */
export function eraOf({ version }: PlanGenerator): TorchEra {
  return torchEra(version ?? "2.13");
}

/** Checks how many samples an order has. Throws INVALID_ARGUMENT. */
export function checkOrderLength(length: number): void {
  checkMost(length, MAX_ORDER, "an order of at most 2^24 samples");
}

/** Checks the number of items of a permutation that is to be made. Throws INVALID_ARGUMENT. */
export function checkMade(length: number): void {
  checkMost(length, MAX_MADE, "a permutation of at most 2^28 items to make");
}

function checkMost(length: number, most: number, expected: string): void {
  if (length <= most) return;
  throw invalidArgument(`expected ${expected}, got one of ${length}`);
}

/** The draws of each event of a step, how many are skipped one by one, and the number of events. */
interface Draws {
  readonly each: number;
  readonly passed: number;
  readonly times: number;
}

function drawsOf(step: PlanStep, generator: PlanGenerator, era: TorchEra): Draws {
  switch (step.kind) {
    case "draws": {
      const words = step.unit === "doubles" && generator.name !== "numpy" ? 2 : 1;
      const each = words * step.count;
      const jumps = generator.name === "numpy" || generator.name === "xoshiro";
      return { each, passed: jumps ? 0 : walked(each), times: 1 };
    }
    case "permutation":
    case "split":
      return { ...shuffleDraws(step.length, generator, era), times: 1 };
    case "epochs":
      return { ...epochDrawsOf(step, generator, era), times: step.count };
    default:
      return { each: 0, passed: 0, times: 1 };
  }
}

function epochDrawsOf(
  { loader, breakAfter }: EpochsStep,
  generator: PlanGenerator,
  era: TorchEra,
): Omit<Draws, "times"> {
  const { generator: whose, part: _, ...options } = loader;
  if (generator.name !== "torch") {
    return shuffleDraws(loader.shuffle ? loader.length : 0, generator, era);
  }
  const shape = loaderShape(options, era);
  const course = epochCourse(shape, era, { own: whose === "own", first: true, breakAfter });
  const each = epochDraws(shape, era, course);
  return { each, passed: walked(each) };
}

function shuffleDraws(
  length: number,
  { name }: PlanGenerator,
  era: TorchEra,
): Omit<Draws, "times"> {
  if (name === "torch") {
    const each = permutationDraws(length, era.insideOutFrom);
    return { each, passed: walked(each) };
  }
  // Up to every other draw is rejected, so none can be skipped unseen.
  return { each: 2 * length, passed: SHUFFLED * length };
}

/** Drawing one number of a shuffle takes as long as twisting this many words. */
const SHUFFLED = 20;

function walked(draws: number): number {
  return Math.min(draws, JUMPS_FROM);
}
