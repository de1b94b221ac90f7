import { parseMasterSeed } from "../seeds.ts";
import { xoshiroAlgorithm } from "./algorithm.ts";
import type { XoshiroGenerator } from "./generator.ts";

/**
 * A xoshiro128++ generator seeded by a whole number, for use without a recording.
 *
 * @param seed a whole number in 0..2^53 - 1, or a bigint in 0..2^256 - 1; it is hashed, so that
 * neighbouring seeds give unrelated streams.
 * @throws INVALID_SEED for any other value.
 *
 * @example
 * ```ts
 * const rng = xoshiro(42);
 * const die = rng.integer(1, 7); // 1..6
 * const height = rng.normal(1.75, 0.1);
 * ```
 */
export function xoshiro(seed: number | bigint): XoshiroGenerator {
  return xoshiroAlgorithm.seeded(parseMasterSeed(seed));
}
