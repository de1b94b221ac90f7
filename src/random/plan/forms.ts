/** A way to write something in a plan, with what it means: what `parsePlan` reads. */
export type PlanForm = readonly [written: string, means: string];

/** What stands first in a plan, where it is not of PyTorch 1.13. */
export const GENERATOR_FORMS: readonly PlanForm[] = [
  ["generator torch 2.13", "PyTorch's for the CPU, of a version from 1.6 on"],
  ["generator numpy", "numpy.random.default_rng(seed)"],
  ["generator python", "random.seed(seed)"],
];

/** The steps. */
export const STEP_FORMS: readonly PlanForm[] = [
  ["seed 1", "the generator is seeded; the first step of a plan"],
  ["draws 1000", "so many outputs of it: 32 bits, of numpy 64"],
  ["draws 1000 doubles", "calls of random(); of torch, float64 of rand"],
  ["permutation 1444", "randperm, rng.permutation, random.shuffle"],
  ["split 1806 0.8", "random_split into int(0.8 * 1806) and the rest"],
  ["split 1806 0.8 0.2", "by fractions, as PyTorch takes them: 1445 and 361"],
  ["split 1806 1444 362", "by lengths"],
  ["epochs 9 of shuffle 1444", "loops over a loader that shuffles so many samples"],
  ["epochs 9 of loader 362", "over one that keeps the order, and draws all the same"],
  ["repeat 9 { epochs 1 of shuffle 50; draws 8 }", "these steps, over and over"],
];

/** What may stand behind a loader's length, in any order; `break after` last. */
export const LOADER_FORMS: readonly PlanForm[] = [
  ["batch 64", "the size of its batches"],
  ["drop last", "without the last batch where it is not full"],
  ["workers 4", "num_workers"],
  ["workers 4 prefetch 3", "prefetch_factor"],
  ["workers 4 persistent", "persistent_workers: they are started once"],
  ["generator own", "the plan's generator was given to it: generator=g"],
  ["part 2", "it loads this part of the split; by its length unless told"],
  ["break after 10", "each loop is left after so many batches"],
];
