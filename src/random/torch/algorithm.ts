import type { GeneratorAlgorithm } from "../generator.ts";
import { checkSeed } from "../seeds.ts";
import { seededState } from "./bits.ts";
import { readCompactState } from "./compact.ts";
import { TorchGenerator } from "./generator.ts";
import { torch } from "./torch.ts";
import { DEFAULT_TORCH_VERSION } from "./version.ts";

/**
 * PyTorch's generator as the backend of a simulation. `fromSeed` takes the first 8 of the 32 bytes as
 * one number, little-endian, all that PyTorch takes of a seed, so that a block's generator is in
 * Python `torch.Generator().manual_seed(int.from_bytes(seed[:8], "little"))`.
 *
 * PyTorch seeds by the low 32 bits of that number alone. So of 77,000 blocks two are as likely as not
 * to draw the same numbers: take another generator for a run of many blocks, or one stream through all
 * of it.
 *
 * @example
 * ```ts
 * const rng = torchAlgorithm.fromSeed(new Uint8Array(32).fill(7));
 * ```
 */
export const torchAlgorithm: GeneratorAlgorithm = {
  name: "torch",
  version: 1,
  seeded: (seed) => torch(seed),
  fromSeed(seed) {
    checkSeed(seed);
    const number = new DataView(seed.buffer, seed.byteOffset, 8).getBigUint64(0, true);
    return new TorchGenerator(seededState(number), DEFAULT_TORCH_VERSION);
  },
  fromState(state) {
    return new TorchGenerator(readCompactState(state), DEFAULT_TORCH_VERSION);
  },
};
