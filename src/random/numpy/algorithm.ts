import type { GeneratorAlgorithm } from "../generator.ts";
import { checkSeed } from "../seeds.ts";
import { NumpyGenerator } from "./generator.ts";
import { Pcg64 } from "./pcg64.ts";
import { numpyRelative } from "./relative.ts";
import { SeedSequence } from "./seed-sequence.ts";
import { unpackState } from "./state.ts";

/**
 * numpy's default generator as the generator of a simulation. `fromSeed` takes the 32 bytes as one
 * number, little-endian, so that a block's generator is in Python
 * `numpy.random.default_rng(int.from_bytes(seed, "little"))`.
 *
 * Its generators do not spawn, however they were made. The number of children is not in the state,
 * so a replay from a checkpoint would give other children.
 *
 * @example
 * ```ts
 * const rng = numpyAlgorithm.fromSeed(new Uint8Array(32).fill(7));
 * ```
 */
export const numpyAlgorithm: GeneratorAlgorithm<NumpyGenerator> = {
  name: "numpy",
  version: 1,
  seeded: (seed) => unableToSpawn(SeedSequence.of(seed)),
  fromSeed(seed) {
    checkSeed(seed);
    return unableToSpawn(SeedSequence.ofBytes(seed));
  },
  fromState: (state) => new NumpyGenerator(Pcg64.restored(unpackState(state)), undefined),
  relative: numpyRelative,
};

function unableToSpawn(sequence: SeedSequence): NumpyGenerator {
  return new NumpyGenerator(Pcg64.seeded(sequence), undefined);
}
