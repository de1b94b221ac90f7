import type { GeneratorAlgorithm } from "../generator.ts";
import { Mt19937 } from "../mersenne/mt19937.ts";
import { keyOfBytes } from "../python/seed.ts";
import { checkSeed } from "../seeds.ts";
import { freshState } from "./bits.ts";
import { readCompactState } from "./compact.ts";
import { TorchGenerator } from "./generator.ts";
import { torch } from "./torch.ts";
import { DEFAULT_TORCH_VERSION } from "./version.ts";

/**
 * PyTorch's generator as the generator of a simulation. `manual_seed` seeds the Mersenne Twister
 * with only 32 bits: among 77,000 blocks, two would draw the same numbers with a chance of one
 * half. So `fromSeed` takes all 32 bytes, as Python's `random.Random` does: the words of a block's
 * generator are those of `random.Random(int.from_bytes(seed, "little"))`, and `initialSeed()` is
 * the first 8 bytes as a number, little-endian. In PyTorch it is
 *
 * ```python
 * words = random.Random(int.from_bytes(seed, "little")).getstate()[1][:624]
 * state = struct.pack("<8siiQ624Q40x", seed[:8], 1, 1, 0, *words)
 * torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
 * ```
 *
 * `seeded`, which runs under `continuous` use, is `torch.manual_seed`.
 *
 * @example
 * ```ts
 * const rng = torchAlgorithm.fromSeed(new Uint8Array(32).fill(7));
 * ```
 */
export const torchAlgorithm: GeneratorAlgorithm<TorchGenerator> = {
  name: "torch",
  version: 2,
  seeded: (seed) => torch(seed),
  fromSeed(seed) {
    checkSeed(seed);
    const number = new DataView(seed.buffer, seed.byteOffset, 8).getBigUint64(0, true);
    const twister = Mt19937.seededBy(keyOfBytes(seed));
    return new TorchGenerator(freshState(twister, number), DEFAULT_TORCH_VERSION);
  },
  fromState(bytes) {
    const { state, version } = readCompactState(bytes);
    return new TorchGenerator(state, version);
  },
};
