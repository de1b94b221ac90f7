import { NumpyGenerator } from "./generator.ts";
import { Pcg64, type Pcg64State } from "./pcg64.ts";
import { type NumpySeed, SeedSequence } from "./seed-sequence.ts";
import { checkState, parseState } from "./state.ts";

/**
 * A generator of numpy's numbers: `numpy.random.default_rng(seed)`, or a generator that continues
 * from the state of another, also one in Python.
 *
 * @param seed a whole number, at least 0, of any size, or a list of such numbers; or a state: what
 * `bitGenerator` gives, or the text that `print(json.dumps(rng.bit_generator.state))` prints in Python.
 * @throws INVALID_SEED for another seed, INVALID_ARGUMENT for another state.
 *
 * @example
 * ```ts
 * const rng = numpy(42);
 * const heights = rng.normal(1.75, 0.1, 1000); // 1000 doubles
 * const order = rng.permutation(52);
 * const twin = numpy(rng.bitGenerator);
 * twin.random() === rng.random(); // true
 * ```
 */
export function numpy(seed: NumpySeed | Pcg64State | string): NumpyGenerator {
  if (typeof seed === "string" && seed.trimStart().startsWith("{"))
    return restored(parseState(seed));
  const isState = typeof seed === "object" && seed !== null && "state" in seed;
  if (isState) return restored(checkState(seed));
  const sequence = SeedSequence.of(seed as NumpySeed);
  return new NumpyGenerator(Pcg64.seeded(sequence), sequence);
}

function restored(state: Pcg64State): NumpyGenerator {
  return new NumpyGenerator(Pcg64.restored(state), undefined);
}
