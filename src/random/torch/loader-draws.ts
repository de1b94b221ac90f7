import { batchCount, type LoaderShape } from "./loader-options.ts";
import { permutationDraws } from "./permutation.ts";
import type { TorchEra } from "./version.ts";

/** The random draws of one epoch of a loader, in order. */
export interface EpochCourse {
  /** Whether it draws a base seed for its workers, 2 draws. */
  readonly baseSeed: boolean;
  /** Whether its sampler begins; it does not if the loop is left before the first batch. */
  readonly begins: boolean;
  /** Whether the sampler draws its own seed, 2 draws. */
  readonly samplerSeed: boolean;
  /** The generator that permutes the order: one with the sampler's seed, or the loader's own. */
  readonly permutes: "throwaway" | "generator" | "nothing";
  /** Whether the loader's generator makes a second permutation, which is discarded. */
  readonly discards: boolean;
}

/**
 * The draws of one epoch.
 *
 * @param visit.own whether the loader was given a generator, and so draws from that one alone
 * @param visit.first whether it is the loader's first epoch: persistent workers keep their seed
 * @param visit.breakAfter the batches after which the loop is left; without it, it ends by itself
 */
export function epochCourse(
  shape: LoaderShape,
  era: TorchEra,
  visit: {
    readonly own: boolean;
    readonly first: boolean;
    readonly breakAfter: number | undefined;
  },
): EpochCourse {
  const asked = batchesAsked(shape, visit.breakAfter);
  const begins = asked > 0;
  const shuffles = begins && shape.shuffle;
  const throwaway = !visit.own && era.throwaway;
  // The sampler is exhausted when one batch more than the full ones is asked for.
  const ends = asked > Math.floor(shape.length / shape.batchSize);
  return {
    baseSeed: visit.first || !shape.persistentWorkers,
    begins,
    samplerSeed: shuffles && !visit.own && era.samplerSeed,
    permutes: shuffles ? (throwaway ? "throwaway" : "generator") : "nothing",
    discards: shuffles && !throwaway && era.discards && ends,
  };
}

/** The 32-bit words that an epoch draws from the loader's generator. */
export function epochDraws(shape: LoaderShape, era: TorchEra, course: EpochCourse): number {
  const permutations = (course.permutes === "generator" ? 1 : 0) + (course.discards ? 1 : 0);
  const seeds = (course.baseSeed ? 1 : 0) + (course.samplerSeed ? 1 : 0);
  return 2 * seeds + permutations * permutationDraws(shape.length, era.insideOutFrom);
}

/** The number of calls to the batch sampler, including the one that finds it exhausted. */
function batchesAsked(shape: LoaderShape, breakAfter: number | undefined): number {
  if (breakAfter === undefined) return batchCount(shape) + 1;
  // Each worker asks for `prefetchFactor` batches at once, and for another when one is handed out.
  return breakAfter + shape.numWorkers * shape.prefetchFactor;
}
