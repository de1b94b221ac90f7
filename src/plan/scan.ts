import { Mt19937 } from "../random/mersenne/mt19937.ts";
import { epochCourse } from "../random/torch/loader-draws.ts";
import { loaderShape } from "../random/torch/loader-options.ts";
import { torch } from "../random/torch/torch.ts";
import { eraOf } from "./limits.ts";
import type { Plan, PlanLoader } from "./plan.ts";

/** Where to look among the draws of a generator of PyTorch. */
export interface DrawsScan {
  readonly plan: Plan;
  /** The loader whose first epoch is looked for. */
  readonly loader: PlanLoader;
  /** A state of the generator, and how many draws the plan has from there to the epoch. */
  readonly state: Uint8Array;
  readonly between: number;
  /** The most draws that are tried, from 1. */
  readonly draws: number;
}

/** What to look for. */
export interface DrawsTarget {
  /** The samples that the epoch begins with. */
  readonly order: readonly number[];
  /** The split that they belong to, if it comes after the draws that are tried. */
  readonly split?: {
    readonly length: number;
    /** Where the loader's part begins in the permutation. */
    readonly from: number;
    /** How many draws the plan has from the state to the split. */
    readonly between: number;
    /** How many draws are tried, since each makes another split. */
    readonly draws: number;
  };
}

/**
 * For each target: after how many more 32-bit draws a loader's first epoch would begin with its
 * samples. It tells how many draws some unknown work took, such as initializing a model.
 *
 * If the draws came before a split, each number of draws makes another split. Item k of a part is
 * then found from the draws up to k alone, by following the swaps back.
 */
export function scanDraws(scan: DrawsScan, targets: readonly DrawsTarget[]): number[][] {
  const { plan, loader, draws, between } = scan;
  const era = eraOf(plan.generator);
  const { generator: whose, part: _, ...options } = loader;
  const shape = loaderShape(options, era);
  const own = whose === "own";
  const course = epochCourse(shape, era, { own, first: true, breakAfter: undefined });
  const seeds = course.samplerSeed ? 4 : 2;
  const count = Math.max(...targets.map(({ order }) => order.length));
  const words = wordsFrom(scan.state, draws + between + seeds + count);
  const { length } = shape;
  const throwaway = course.permutes === "throwaway";
  const found = targets.map((): number[] => []);
  const inverses = targets.map(({ split }) =>
    Float64Array.from({ length: (split?.length ?? 0) + 1 }, (_, left) => 1 / left),
  );
  for (let after = 1; after <= draws; after++) {
    const start = after + between;
    // The low word of the seed of the generator that permutes, or the first draw that does.
    const first = words[start + (throwaway ? 3 : seeds)] as number;
    const position = (throwaway ? firstWord(first) : first) % length;
    for (const [i, { order, split }] of targets.entries()) {
      if (split !== undefined && after > split.draws) continue;
      const sampleAt = (at: number): number =>
        split === undefined
          ? at
          : itemAt(words, after + split.between, split.from + at, inverses[i] as Float64Array);
      if (sampleAt(position) !== order[0]) continue;
      const source = throwaway ? Mt19937.seeded(first) : undefined;
      const draw = (k: number): number => source?.uint32() ?? (words[start + seeds + k] as number);
      const positions = firstPositions(draw, length, order.length);
      if (positions.every((at, k) => sampleAt(at) === order[k])) found[i]?.push(after);
    }
  }
  return found;
}

function wordsFrom(state: Uint8Array, count: number): Uint32Array {
  const rng = torch(0).setRngState(state);
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = rng.uint32();
  return words;
}

/** Item `k` of the permutation that the words at index `start` and after make. */
function itemAt(words: Uint32Array, start: number, k: number, inverse: Float64Array): number {
  const length = inverse.length - 1;
  // The last item is what is left.
  let at = k < length - 1 ? k + ((words[start + k] as number) % (length - k)) : k;
  for (let i = Math.min(k, length - 1) - 1; i >= 0; i--) {
    // Whether i + word % left is `at`. Multiplying takes a tenth as long as dividing. The quotient
    // may be off by one.
    const word = words[start + i] as number;
    const left = length - i;
    const rest = word - Math.floor(word * (inverse[left] as number)) * left - (at - i);
    if (rest === 0 || rest === left || rest === -left) at = i;
  }
  return at;
}

/** The first items of the permutation that `draw(0)`, `draw(1)` … make, without the rest of it. */
function firstPositions(draw: (i: number) => number, length: number, count: number): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, i) => {
    const other = i + (draw(i) % (length - i));
    const item = moved.get(other) ?? other;
    moved.set(other, moved.get(i) ?? i);
    return item;
  });
}

/** The first draw of a twister with this seed: of its 624 words it takes three. */
function firstWord(seed: number): number {
  let word = seed | 0;
  let second = 0;
  for (let i = 1; i <= MIDDLE; i++) {
    word = (Math.imul(word ^ (word >>> 30), 1812433253) + i) | 0;
    if (i === 1) second = word;
  }
  const mixed = (seed & 0x80000000) | (second & 0x7fffffff);
  let y = word ^ (mixed >>> 1) ^ (-(second & 1) & 0x9908b0df);
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}

const MIDDLE = 397;
