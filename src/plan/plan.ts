import type { LoaderOptions } from "../random/torch/loader-options.ts";

/**
 * What consumed a generator, beginning with its seed, in order: enough to find its state at any
 * point. As a text: `seed 1; split 1806 0.8; epochs 9 of shuffle 1444`. See `parsePlan`.
 */
export interface Plan {
  readonly generator: PlanGenerator;
  /** The first of them is a seed. */
  readonly steps: readonly PlanStep[];
}

/** The generators that plans know. */
export const PLAN_GENERATORS = ["torch", "numpy", "python", "xoshiro"] as const;

/**
 * Which generator: PyTorch's for the CPU, of some version; numpy's default; Python's `random`; or
 * the default of rewind, `xoshiro(seed)`.
 */
export interface PlanGenerator {
  readonly name: (typeof PLAN_GENERATORS)[number];
  /** The version of PyTorch, such as "1.13"; the other generators have none. */
  readonly version?: string;
}

/** One line of a plan. */
export type PlanStep = SeedStep | DrawsStep | PermutationStep | SplitStep | EpochsStep | RepeatStep;

/** The generator is seeded again. */
export interface SeedStep {
  readonly kind: "seed";
  readonly seed: bigint;
}

/**
 * Draws whose values do not matter: of "words", the outputs of the generator itself (32 bits of
 * torch, python and xoshiro, 64 bits of numpy), or of "doubles", as `random()` gives them (two
 * words, one of numpy).
 */
export interface DrawsStep {
  readonly kind: "draws";
  readonly count: number;
  readonly unit: "words" | "doubles";
}

/**
 * `torch.randperm(length)`, `rng.permutation(length)` of numpy, `random.shuffle` of a list,
 * xoshiro's `shuffle`.
 */
export interface PermutationStep {
  readonly kind: "permutation";
  readonly length: number;
}

/**
 * `random_split`: one permutation, cut into parts. `parts` are lengths that add up to `length`, or
 * fractions that add up to 1 as PyTorch takes them since 1.13: 0.8 and 0.2 of 1806 are 1445 and
 * 361. One part alone is the first of two: that length, or `int(fraction * length)`, and the rest.
 * 0.8 of 1806 gives 1444 and 362.
 */
export interface SplitStep {
  readonly kind: "split";
  readonly length: number;
  readonly parts: readonly number[];
}

/** `count` loops over a data loader. */
export interface EpochsStep {
  readonly kind: "epochs";
  readonly count: number;
  readonly loader: PlanLoader;
  /** The batches after which each loop is left, if it is. */
  readonly breakAfter?: number;
}

/** The steps between the braces, `count` times. */
export interface RepeatStep {
  readonly kind: "repeat";
  readonly count: number;
  readonly steps: readonly PlanStep[];
}

/**
 * A data loader. Steps with the same loader continue each other: their epochs are counted together,
 * and persistent workers are started once.
 */
export interface PlanLoader extends LoaderOptions {
  /** Whether the plan's generator was given to the loader as its own; default: it was not. */
  readonly generator?: "own" | "default";
  /**
   * Which part of the split before it loads, counted from 1; default: the only one of its length.
   */
  readonly part?: number;
}
