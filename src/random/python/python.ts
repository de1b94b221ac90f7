import { Mt19937 } from "../mersenne/mt19937.ts";
import { PythonGenerator } from "./generator.ts";
import { keyOfSeed, type PythonSeed } from "./seed.ts";

/**
 * CPython's `random.Random(seed)`.
 *
 * @param seed a whole number within 2^53 of zero, a bigint of any size, a text (as UTF-8) or bytes
 * (a Uint8Array): an int, a str or bytes in Python. A negative number seeds as its absolute value
 * does, as in Python. A float is refused, because Python seeds by its hash: `random.Random(3.5)` is
 * `python(BigInt(h))`, where h is what `hash(3.5) % 2**64` prints in Python.
 * @throws INVALID_SEED for any other value.
 *
 * @example
 * ```ts
 * const rng = python(42);
 * rng.random(); // 0.6394267984578837
 * rng.randint(1, 6); // 1
 * ```
 */
export function python(seed: PythonSeed): PythonGenerator {
  return new PythonGenerator(Mt19937.seededBy(keyOfSeed(seed)));
}
