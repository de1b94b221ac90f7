import type { GeneratorAlgorithm } from "../generator.ts";
import { checkSeed } from "../seeds.ts";
import { generatorFromState, generatorOf, numpy } from "./generator.ts";
import { numpyRelative } from "./relative.ts";
import { SeedSequence } from "./seed-sequence.ts";

/**
 * numpy's default generator as the backend of a simulation. `fromSeed` takes the 32 bytes as one
 * number, little-endian, so that a block's generator is in Python
 * `numpy.random.default_rng(int.from_bytes(seed, "little"))`.
 *
 * @example
 * ```ts
 * const rng = numpyAlgorithm.fromSeed(new Uint8Array(32).fill(7));
 * ```
 */
export const numpyAlgorithm: GeneratorAlgorithm = {
  name: "numpy",
  version: 1,
  seeded: numpy,
  fromSeed(seed) {
    checkSeed(seed);
    return generatorOf(SeedSequence.ofBytes(seed));
  },
  fromState: generatorFromState,
  relative: numpyRelative,
};
