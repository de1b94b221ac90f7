import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";

/**
 * A seed as PyTorch keeps it, in 64 bits: a whole number in -2^63..2^64 - 1; 2^64 is added to a
 * negative one.
 *
 * @throws INVALID_SEED for any other value, as PyTorch refuses them.
 */
export function torchSeed(seed: number | bigint): bigint {
  if (typeof seed === "bigint" || Number.isSafeInteger(seed)) {
    const whole = BigInt(seed);
    if (whole >= -(1n << 63n) && whole < 1n << 64n) return BigInt.asUintN(64, whole);
  }
  throw new RewindError(
    "INVALID_SEED",
    `expected a seed in -2^63..2^64 - 1, beyond 2^53 - 1 as a bigint, got ${describe(seed)}`,
    { value: seed },
  );
}
