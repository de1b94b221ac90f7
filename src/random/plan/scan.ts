import { Mt19937 } from "../mt19937.ts";
import { epochCourse } from "../torch/loader-draws.ts";
import { loaderShape } from "../torch/loader-options.ts";
import { torch } from "../torch/torch.ts";
import { eraOf } from "./check.ts";
import type { Plan, PlanLoader } from "./plan.ts";

/**
 * After how many more 32-bit draws, in 0..`draws`, a loader's first epoch would begin with
 * `positions`, in any order of the numbers that fit. It tells how many draws an unknown amount of
 * work took, such as to initialize a model.
 *
 * @param state PyTorch's state before them
 */
export function scanDraws(
  state: Uint8Array,
  plan: Plan,
  loader: PlanLoader,
  search: { readonly positions: readonly number[]; readonly draws: number },
): number[] {
  const era = eraOf(plan.generator);
  const own = loader.generator === "own";
  const { generator: _, part: __, ...options } = loader;
  const shape = loaderShape(options, era);
  const course = epochCourse(shape, era, { own, first: true, breakAfter: undefined });
  const { positions, draws } = search;
  const seeds = course.samplerSeed ? 4 : 2;
  const rng = torch(0).setRngState(state);
  const words = new Uint32Array(draws + seeds + positions.length);
  for (let i = 0; i < words.length; i++) words[i] = rng.uint32();
  const found: number[] = [];
  for (let after = 0; after <= draws; after++) {
    const fits =
      course.permutes === "throwaway"
        ? seedFits(words[after + 3] as number, shape.length, positions)
        : begins((i) => words[after + seeds + i] as number, shape.length, positions);
    if (fits) found.push(after);
  }
  return found;
}

/** Whether the permutation by a generator of this seed, the low word of 64 bits, begins so. */
function seedFits(seed: number, length: number, positions: readonly number[]): boolean {
  if (firstWord(seed) % length !== positions[0]) return false;
  const twister = Mt19937.seeded(seed);
  const words = positions.map(() => twister.uint32());
  return begins((i) => words[i] as number, length, positions);
}

/** Whether the permutation of these draws begins so, without making the rest of it. */
function begins(
  word: (i: number) => number,
  length: number,
  positions: readonly number[],
): boolean {
  const moved = new Map<number, number>();
  return positions.every((position, i) => {
    const other = i + (word(i) % (length - i));
    const item = moved.get(other) ?? other;
    moved.set(other, moved.get(i) ?? i);
    return item === position;
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
