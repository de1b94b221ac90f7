import type { GeneratorAlgorithm } from "../generator.ts";
import { Mt19937 } from "../mt19937.ts";
import { checkSeed } from "../seeds.ts";
import { PythonRandom } from "./random.ts";
import { keyOfBytes, keyOfSeed, type PythonSeed } from "./seed.ts";
import { unpackState } from "./state.ts";

/**
 * CPython's `random.Random(seed)`.
 *
 * @param seed a whole number within 2^53 of zero, a bigint of any size, a text (as UTF-8) or bytes
 * (a Uint8Array): what is an int, a str or bytes in Python. A negative number seeds as its absolute
 * value does, as in Python. A float is refused: Python seeds by its hash, and `python(BigInt(h))` of
 * the h that `hash(3.5) % 2**64` prints there is `random.Random(3.5)`.
 * @throws INVALID_SEED for any other value.
 *
 * @example
 * ```ts
 * const rng = python(42);
 * rng.random(); // 0.6394267984578837
 * rng.randint(1, 6); // 1
 * ```
 */
export function python(seed: PythonSeed): PythonRandom {
  return new PythonRandom(Mt19937.seededBy(keyOfSeed(seed)));
}

/**
 * CPython's generator as the backend of a simulation. `fromSeed` takes the 32 bytes as one number,
 * little-endian, so that a block's generator is in Python
 * `random.Random(int.from_bytes(seed, "little"))`. The state is 2,512 bytes: the 624 words and the
 * position of the twister, and the spare deviate of `gauss`.
 *
 * @example
 * ```ts
 * const rng = pythonAlgorithm.fromSeed(new Uint8Array(32).fill(7));
 * ```
 */
export const pythonAlgorithm: GeneratorAlgorithm = {
  name: "python",
  version: 1,
  seeded: python,
  fromSeed(seed) {
    checkSeed(seed);
    return new PythonRandom(Mt19937.seededBy(keyOfBytes(seed)));
  },
  fromState(state) {
    const { words, drawn, gaussNext } = unpackState(state);
    return new PythonRandom(Mt19937.restored(words, drawn), gaussNext);
  },
};
