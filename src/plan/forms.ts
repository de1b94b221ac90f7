/** A way to write something in a plan, with what it means: what `parsePlan` reads. */
export type PlanForm = readonly [written: string, means: string];

/** The first line of a plan, unless it is for PyTorch 1.13. */
export const GENERATOR_FORMS: readonly PlanForm[] = [
  ["generator torch 2.13", "PyTorch's for the CPU, of a version from 1.6 to 2.13"],
  ["generator numpy", "numpy.random.default_rng(seed)"],
  ["generator python", "random.seed(seed)"],
  ["generator xoshiro", "rewind's own, xoshiro(seed)"],
];

/** The steps. */
export const STEP_FORMS: readonly PlanForm[] = [
  ["seed 1", "the generator is seeded; the first step of a plan"],
  ["draws 1000", "1000 outputs of it: 32 bits each, 64 of numpy"],
  ["draws 1000 doubles", "calls of random(); of torch, float64 of rand"],
  ["permutation 1444", "randperm, rng.permutation, random.shuffle"],
  ["split 1806 0.8", "random_split into int(0.8 * 1806) and the rest"],
  ["split 1806 0.8 0.2", "by fractions, as PyTorch takes them: 1445 and 361"],
  ["split 1806 1444 362", "by lengths"],
  ["epochs 9 of shuffle 1444", "9 loops over a loader that shuffles 1444 samples"],
  ["epochs 9 of loader 362", "over one that keeps the order, and draws as well"],
  ["repeat 9 { epochs 1 of shuffle 50; draws 8 }", "these steps, over and over"],
];

/** What may follow a loader's length, in any order; `break after` is last. */
export const LOADER_FORMS: readonly PlanForm[] = [
  ["batch 64", "the size of its batches"],
  ["drop last", "without the last batch if it is not full"],
  ["workers 4", "num_workers"],
  ["workers 4 prefetch 3", "prefetch_factor"],
  ["workers 4 persistent", "persistent_workers: they are started once"],
  ["generator own", "the plan's generator was given to it: generator=g"],
  ["part 2", "of the split; unless told, the only one of its length"],
  ["break after 10", "each loop is left after 10 batches"],
];

/**
 * The draws of PyTorch's own functions on the CPU, in 32-bit words, of n numbers of type float32:
 * as measured with torch 2.13 (fixtures/vectors/plans-draws.json).
 */
export const FUNCTION_FORMS: readonly PlanForm[] = [
  ["nn.Linear(a, b)", "a * b, and b for the bias"],
  ["nn.Conv2d(a, b, k)", "a / groups * b * k * k, and b for the bias"],
  ["nn.LSTM, nn.GRU", "as many as they have weights and biases"],
  ["nn.Embedding(a, b)", "as normal_ of a * b"],
  ["nn.BatchNorm2d, nn.LayerNorm", "none"],
  ["rand, uniform_, xavier_uniform_", "n; so does kaiming_uniform_, randint, bernoulli"],
  ["randn, normal_, kaiming_normal_", "for n >= 16: n, plus 16 unless 16 divides n"],
  ["randn, normal_ of n below 16", "4 for every two, one of which may be left over"],
  ["trunc_normal_", "as normal_, repeated until all values are in range"],
  ["dropout in training", "2 n; none in eval(), or with p = 0"],
  ["bernoulli_(p), exponential_", "2 n; so do log_normal_, cauchy_ and geometric_"],
  ["multinomial of k from n", "2 n; with replacement 2 k"],
];
