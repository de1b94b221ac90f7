import type { RandomGenerator } from "./generator.ts";
import type { NumpyGenerator } from "./numpy/generator.ts";
import type { PythonRandom } from "./python/random.ts";
import type { TorchGenerator } from "./torch/generator.ts";
import type { Xoshiro128 } from "./xoshiro128.ts";

/** What each generator of the registry offers a step. */
export interface Generators {
  readonly "xoshiro128++": Xoshiro128;
  readonly numpy: NumpyGenerator;
  readonly python: PythonRandom;
  readonly torch: TorchGenerator;
}

/** The name of a generator. */
export type GeneratorName = keyof Generators;

/** The generator of a name; where it may be any of them, what they all offer. */
export type GeneratorOf<G extends GeneratorName> = [GeneratorName] extends [G]
  ? RandomGenerator
  : Generators[G];
