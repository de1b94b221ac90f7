import type { GeneratorAlgorithm } from "./random/generator.ts";
import {
  checkName,
  checkVersion,
  DEFAULT_GENERATOR,
  type GeneratorName,
} from "./random/generators.ts";
import { numpyAlgorithm } from "./random/numpy/index.ts";
import { pythonAlgorithm } from "./random/python/index.ts";
import { torchAlgorithm } from "./random/torch/index.ts";
import { xoshiroAlgorithm } from "./random/xoshiro/index.ts";

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
export {
  DEFAULT_GENERATOR,
  type GeneratorName,
  type GeneratorOf,
  type Generators,
  generatorNames,
} from "./random/generators.ts";
export {
  type NumpyChoiceOptions,
  type NumpyGenerator,
  type NumpyIntegerArray,
  type NumpyIntegersOptions,
  type NumpyIntegerType,
  type NumpySeed,
  type NumpyState,
  numpy,
} from "./random/numpy/index.ts";
export {
  type PythonChoicesOptions,
  type PythonGenerator,
  type PythonPopulation,
  type PythonSeed,
  type PythonState,
  type PythonStateLike,
  python,
} from "./random/python/index.ts";
export {
  type TorchDataLoader,
  type TorchDtypeOption,
  type TorchEpoch,
  type TorchGenerator,
  type TorchLoaderOptions,
  torch,
} from "./random/torch/index.ts";
export { type XoshiroGenerator, xoshiro } from "./random/xoshiro/index.ts";

const ALGORITHMS: Readonly<Record<GeneratorName, GeneratorAlgorithm>> = {
  "xoshiro128++": xoshiroAlgorithm,
  numpy: numpyAlgorithm,
  python: pythonAlgorithm,
  torch: torchAlgorithm,
};

/**
 * The algorithm called `name`. A recording also names the `version` that it was drawn with.
 *
 * @throws UNKNOWN_GENERATOR for any other name, with the known ones as `data.known`;
 * GENERATOR_CHANGED if the version is not the present one.
 *
 * @example
 * ```ts
 * const saved = generatorNamed("xoshiro128++").seeded(42n).state();
 * const rng = generatorNamed("xoshiro128++").fromState(saved);
 * ```
 */
export function generatorNamed(
  name: string = DEFAULT_GENERATOR,
  version?: number,
): GeneratorAlgorithm {
  return checkVersion(ALGORITHMS[checkName(name)], version);
}
