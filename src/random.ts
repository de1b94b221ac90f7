export { loadingLines } from "./plan/consumer.ts";
export { formatPlan } from "./plan/format.ts";
export { type Located, type LocateOptions, locate } from "./plan/locate.ts";
export { parsePlan } from "./plan/parse.ts";
export type {
  DrawsStep,
  EpochsStep,
  PermutationStep,
  Plan,
  PlanGenerator,
  PlanLoader,
  PlanStep,
  RepeatStep,
  SeedStep,
  SplitStep,
} from "./plan/plan.ts";
export type { EpochPoint, PlanPoint } from "./plan/points.ts";
export {
  drawsOf,
  type EpochOrder,
  explain,
  orderOf,
  type PlanRow,
  stateBefore,
} from "./plan/reconstruct.ts";
export type { PlanLike } from "./plan/walk.ts";
export type { GeneratorAlgorithm, RandomGenerator, RelativeState } from "./random/generator.ts";
export type { GeneratorName, GeneratorOf, Generators } from "./random/generators.ts";
export {
  type ChoiceOptions as NumpyChoiceOptions,
  type IntegersOptions as NumpyIntegersOptions,
  type NumpyGenerator,
  numpy,
} from "./random/numpy/generator.ts";
export type {
  IntegerArray as NumpyIntegerArray,
  IntegerType as NumpyIntegerType,
} from "./random/numpy/integers.ts";
export type { Pcg64State as NumpyState } from "./random/numpy/pcg64.ts";
export type { NumpySeed } from "./random/numpy/seed-sequence.ts";
export { python } from "./random/python/algorithm.ts";
export type { PythonRandom } from "./random/python/random.ts";
export type { PythonSeed } from "./random/python/seed.ts";
export type {
  ChoicesOptions as PythonChoicesOptions,
  Population as PythonPopulation,
} from "./random/python/sequences.ts";
export type { PythonState, PythonStateLike } from "./random/python/state.ts";
export { DEFAULT_GENERATOR, generatorNamed, generatorNames } from "./random/registry.ts";
export type { DtypeOption as TorchDtypeOption, TorchGenerator } from "./random/torch/generator.ts";
export type { TorchDataLoader, TorchEpoch } from "./random/torch/loader.ts";
export type { LoaderOptions as TorchLoaderOptions } from "./random/torch/loader-options.ts";
export { torch } from "./random/torch/torch.ts";
export { type Xoshiro128, xoshiro } from "./random/xoshiro128.ts";
