import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";

/** The PyTorch whose draws are followed unless another version is asked for. */
export const DEFAULT_TORCH_VERSION = "1.13";

/** What changed between versions of PyTorch, as far as draws go. */
export interface TorchEra {
  /** From which range on `randint` takes 64 bits: 2^32, since 2.7 2^28. */
  readonly wideRange: number;
  /** From which length on `randperm` shuffles inside out with 64-bit draws: since 2.7. */
  readonly insideOutFrom: number;
  /** Whether `random_split` takes fractions: since 1.13. */
  readonly fractions: boolean;
  /** Whether a shuffling loader without a generator draws a seed: since 1.7. */
  readonly samplerSeed: boolean;
  /** Whether its order comes from a throwaway generator of that seed: since 1.9. */
  readonly throwaway: boolean;
  /** Whether an exhausted sampler makes a second permutation and discards it: since 1.11. */
  readonly discards: boolean;
  /** Whether loaders have persistent workers: since 1.7. */
  readonly persistentWorkers: boolean;
}

/**
 * The era of a version such as "1.13", "2.13" or "1.13.1+cu117", of which only the first two
 * numbers count. Versions after 2.13, the last one that was checked, are taken to draw as it does.
 *
 * @throws INVALID_ARGUMENT for another text, and for versions before 1.6, the first whose data
 * loader has a generator of its own.
 */
export function torchEra(version: string): TorchEra {
  const [, major, minor] = /^(\d{1,4})\.(\d{1,4})([.a+].*)?$/.exec(String(version)) ?? [];
  const number = 10_000 * Number(major) + Number(minor);
  if (typeof version !== "string" || !(number >= 10_006)) {
    throw new RewindError(
      "INVALID_ARGUMENT",
      `expected a version of PyTorch from 1.6 on, such as "${DEFAULT_TORCH_VERSION}", got ${describe(version)}`,
      { version },
    );
  }
  return {
    wideRange: number >= 20_007 ? 2 ** 28 : 2 ** 32,
    insideOutFrom: number >= 20_007 ? INSIDE_OUT_FROM : Number.POSITIVE_INFINITY,
    fractions: number >= 10_013,
    samplerSeed: number >= 10_007,
    throwaway: number >= 10_009,
    discards: number >= 10_011,
    persistentWorkers: number >= 10_007,
  };
}

// A twentieth of the largest 32-bit number, rounded down.
const INSIDE_OUT_FROM = 214_748_364;
