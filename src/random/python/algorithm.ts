import type { GeneratorAlgorithm } from "../generator.ts";
import { Mt19937 } from "../mersenne/mt19937.ts";
import { checkSeed } from "../seeds.ts";
import { PythonGenerator } from "./generator.ts";
import { python } from "./python.ts";
import { keyOfBytes } from "./seed.ts";
import { unpackState } from "./state.ts";

/**
 * CPython's generator as the generator of a simulation. `fromSeed` takes the 32 bytes as one
 * number, little-endian, so that a block's generator is in Python
 * `random.Random(int.from_bytes(seed, "little"))`. The state is 2,512 bytes: the 624 words and the
 * position of the twister, and the spare deviate of `gauss`.
 *
 * @example
 * ```ts
 * const rng = pythonAlgorithm.fromSeed(new Uint8Array(32).fill(7));
 * ```
 */
export const pythonAlgorithm: GeneratorAlgorithm<PythonGenerator> = {
  name: "python",
  version: 1,
  seeded: python,
  fromSeed(seed) {
    checkSeed(seed);
    return new PythonGenerator(Mt19937.seededBy(keyOfBytes(seed)));
  },
  fromState(state) {
    const { words, drawn, gaussNext } = unpackState(state);
    return new PythonGenerator(Mt19937.restored(words, drawn), gaussNext);
  },
};
