import { describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import type { GeneratorAlgorithm } from "./generator.ts";
import { numpyAlgorithm } from "./numpy/algorithm.ts";
import { pythonAlgorithm } from "./python/algorithm.ts";
import { torchAlgorithm } from "./torch/algorithm.ts";
import { xoshiro128 } from "./xoshiro128.ts";

/** The name of the algorithm that a recording uses unless it asks for another. */
export const DEFAULT_GENERATOR = "xoshiro128++";

const ALGORITHMS: readonly GeneratorAlgorithm[] = [
  xoshiro128,
  numpyAlgorithm,
  pythonAlgorithm,
  torchAlgorithm,
];

/**
 * The algorithm called `name`; with the `version` that a recording names, only if its numbers are
 * still the same.
 *
 * @throws UNKNOWN_GENERATOR for a name that is not registered, with the known ones as `data.known`;
 * GENERATOR_CHANGED where the version recorded is not the present one.
 *
 * @example
 * ```ts
 * const rng = generatorNamed("xoshiro128++").fromState(savedState);
 * ```
 */
export function generatorNamed(
  name: string = DEFAULT_GENERATOR,
  version?: number,
): GeneratorAlgorithm {
  const algorithm = BY_NAME.get(name);
  if (algorithm === undefined) {
    throw new RewindError(
      "UNKNOWN_GENERATOR",
      `expected a generator among ${generatorNames().join(", ")}, got ${describe(name)}`,
      { name, known: generatorNames() },
    );
  }
  if (version !== undefined && version !== algorithm.version) {
    throw new RewindError(
      "GENERATOR_CHANGED",
      `expected version ${describe(version)} of the generator ${name}, got version ${algorithm.version}: ` +
        "it draws other numbers from the same seed",
      { name, recorded: version, current: algorithm.version },
    );
  }
  return algorithm;
}

/** The names that `generatorNamed` knows, the default first. */
export function generatorNames(): string[] {
  return [...BY_NAME.keys()];
}

const BY_NAME: ReadonlyMap<string, GeneratorAlgorithm> = new Map(
  ALGORITHMS.map((algorithm) => [algorithm.name, algorithm]),
);
