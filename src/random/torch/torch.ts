import { checkOptions } from "../../base/options.ts";
import { seededState } from "./bits.ts";
import { TorchGenerator } from "./generator.ts";
import { torchSeed } from "./seed.ts";
import { DEFAULT_TORCH_VERSION } from "./version.ts";

/**
 * PyTorch's generator for the CPU, with the draws of `torch.Generator().manual_seed(seed)`, which
 * are also those of PyTorch's functions after `torch.manual_seed(seed)`.
 *
 * The seed is kept in 64 bits, but **only its low 32 bits seed the draws**, in PyTorch as here:
 * there are 2^32 streams, and seeds that differ by a multiple of 2^32 draw the same numbers.
 *
 * @param seed a whole number in -2^63..2^64 - 1, beyond 2^53 as a bigint; 2^64 is added to a
 * negative one, as in PyTorch
 * @param options.version the version of PyTorch, "1.6" to "2.13". Unless given it is **"1.13"**,
 * the one that the reference vectors are from. Others differ from it in few places: **`randint`
 * takes 64 bits for ranges of at least 2^28** (2.7; for smaller ones they agree), `randperm` has
 * another algorithm for 214,748,364 numbers or more (2.7), `randomSplit` takes fractions (1.13),
 * and data loaders changed in 1.7, 1.9 and 1.11.
 * @throws INVALID_SEED for another seed, INVALID_ARGUMENT for another version.
 *
 * @example
 * ```ts
 * const rng = torch(1);
 * rng.randperm(5); // Uint32Array.of(0, 4, 2, 3, 1)
 * rng.rand(2, { dtype: "float64" });
 * const state = rng.getRngState(); // torch.set_rng_state loads these 5,056 bytes
 * ```
 */
export function torch(
  seed: number | bigint,
  options: { readonly version?: string } = {},
): TorchGenerator {
  checkOptions(options, ["version"]);
  const { version = DEFAULT_TORCH_VERSION } = options;
  return new TorchGenerator(seededState(torchSeed(seed)), version);
}
