import { describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";

/** The default version of PyTorch to follow. */
export const DEFAULT_TORCH_VERSION = "1.13";

/** How the draws of a version of PyTorch differ from those of others. */
export interface TorchEra {
  /** The smallest range for which `randint` takes 64 bits: 2^32, or 2^28 since 2.7. */
  readonly wideRange: number;
  /** The smallest length that `randperm` shuffles inside out with 64-bit draws; since 2.7. */
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
 * numbers count.
 *
 * @throws INVALID_ARGUMENT for another text, for versions before 1.6, the first whose data loader
 * can have its own generator, and for versions after 2.13, the last one that was compared.
 */
export function torchEra(version: string): TorchEra {
  const number = numberOf(version);
  if (!(number >= 10_006 && number <= NEWEST && number % 10_000 <= LAST_MINOR)) {
    throw invalidArgument(
      `expected a version of PyTorch, at least 1.6, such as "${DEFAULT_TORCH_VERSION}", got ${describe(version)}` +
        (number > NEWEST ? ": 2.13 is the newest whose draws were compared" : ""),
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

/** A version that `torchEra` takes as a byte: 32 times its first number and its second. */
export function versionCode(version: string): number {
  const number = numberOf(version);
  return 32 * Math.floor(number / 10_000) + (number % 10_000);
}

/** The version of such a byte, as "1.13"; `torchEra` may refuse it. */
export function versionOfCode(code: number): string {
  return `${code >> 5}.${code & 31}`;
}

/** The first number times 10,000 plus the second; NaN for any other text. */
function numberOf(version: unknown): number {
  if (typeof version !== "string") return Number.NaN;
  const [, major, minor] = /^(\d{1,4})\.(\d{1,4})([.a+].*)?$/.exec(version) ?? [];
  return 10_000 * Number(major) + Number(minor);
}

const NEWEST = 20_013;
/** The last minor version of both 1 and 2: 2.0 came after 1.13. */
const LAST_MINOR = 13;

// A twentieth of the largest 32-bit number, rounded down.
const INSIDE_OUT_FROM = 214_748_364;
