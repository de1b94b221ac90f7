export type { GeneratorAlgorithm, RandomGenerator, RelativeState } from "./generator.ts";
export type { GeneratorName, GeneratorOf, Generators } from "./generators.ts";
export {
  type ChoiceOptions as NumpyChoiceOptions,
  type IntegersOptions as NumpyIntegersOptions,
  type NumpyGenerator,
  numpy,
} from "./numpy/generator.ts";
export type {
  IntegerArray as NumpyIntegerArray,
  IntegerType as NumpyIntegerType,
} from "./numpy/integers.ts";
export type { Pcg64State as NumpyState } from "./numpy/pcg64.ts";
export type { NumpySeed } from "./numpy/seed-sequence.ts";
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
export { python } from "./python/algorithm.ts";
export type { PythonRandom } from "./python/random.ts";
export type { PythonSeed } from "./python/seed.ts";
export type {
  ChoicesOptions as PythonChoicesOptions,
  Population as PythonPopulation,
} from "./python/sequences.ts";
export type { PythonState, PythonStateLike } from "./python/state.ts";
export { DEFAULT_GENERATOR, generatorNamed, generatorNames } from "./registry.ts";
export type { DtypeOption as TorchDtypeOption, TorchGenerator } from "./torch/generator.ts";
export type { TorchDataLoader, TorchEpoch } from "./torch/loader.ts";
export type { LoaderOptions as TorchLoaderOptions } from "./torch/loader-options.ts";
export { torch } from "./torch/torch.ts";
export { type Xoshiro128, xoshiro } from "./xoshiro128.ts";
