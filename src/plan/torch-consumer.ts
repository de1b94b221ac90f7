import type { TorchGenerator } from "../random/torch/generator.ts";
import type { TorchDataLoader } from "../random/torch/loader.ts";
import { permutationDraws } from "../random/torch/permutation.ts";
import { torch } from "../random/torch/torch.ts";
import { torchEra } from "../random/torch/version.ts";
import type { ConsumedEpoch, Consumer } from "./consumer.ts";
import type { EpochAction } from "./events.ts";
import type { DrawsStep } from "./plan.ts";

/** PyTorch's generator for the CPU, and its data loaders. The state is `torch.get_rng_state()`. */
export class TorchConsumer implements Consumer {
  drawn = 0;
  readonly #rng: TorchGenerator;
  readonly #insideOutFrom: number;
  readonly #loaders = new Map<string, TorchDataLoader>();

  constructor(version: string) {
    this.#rng = torch(0, { version });
    this.#insideOutFrom = torchEra(version).insideOutFrom;
  }

  seed(seed: bigint): void {
    this.#rng.manualSeed(seed);
  }

  draws(count: number, unit: DrawsStep["unit"]): void {
    const words = unit === "doubles" ? 2 * count : count;
    this.#rng.skip(BigInt(words));
    this.drawn += words;
  }

  permutation(length: number): ArrayLike<number> {
    this.drawn += permutationDraws(length, this.#insideOutFrom);
    return this.#rng.randperm(length);
  }

  passPermutation(length: number): void {
    const words = permutationDraws(length, this.#insideOutFrom);
    this.#rng.skip(words);
    this.drawn += words;
  }

  epoch(action: EpochAction): ConsumedEpoch {
    const { order, draws, baseSeed } = this.#loader(action).epoch(breaking(action));
    this.drawn += draws;
    return { order, baseSeed: action.loader.numWorkers === undefined ? undefined : baseSeed };
  }

  passEpoch(action: EpochAction): void {
    this.drawn += this.#loader(action).skip(breaking(action));
  }

  state(): Uint8Array {
    return this.#rng.getRngState();
  }

  #loader({ loader, name, breakAfter }: EpochAction): TorchDataLoader {
    // A loop that runs to its end draws the same whatever its batches are, so one batch is enough.
    const whole = breakAfter === undefined && !loader.persistentWorkers;
    const key = whole ? `all of ${name}` : name;
    const known = this.#loaders.get(key);
    if (known !== undefined) return known;
    const { generator: whose, part: _, ...options } = loader;
    const own = whose === "own" ? { generator: this.#rng } : {};
    const batches = whole ? { batchSize: Math.max(loader.length, 1) } : {};
    const made = this.#rng.dataLoader({ ...options, ...batches, ...own });
    this.#loaders.set(key, made);
    return made;
  }
}

function breaking({ breakAfter }: EpochAction): { readonly breakAfter?: number } {
  return breakAfter === undefined ? {} : { breakAfter };
}
