import type { TorchGenerator } from "../torch/generator.ts";
import type { TorchDataLoader } from "../torch/loader.ts";
import { permutationDraws } from "../torch/permutation.ts";
import { torch } from "../torch/torch.ts";
import { torchEra } from "../torch/version.ts";
import type { Consumer } from "./consumer.ts";
import type { EpochAction } from "./events.ts";
import type { DrawsStep } from "./plan.ts";

/** PyTorch's generator for the CPU, and its data loaders. The state is `torch.get_rng_state()`. */
export class TorchConsumer implements Consumer {
  drawn = 0;
  private readonly rng: TorchGenerator;
  private readonly insideOutFrom: number;
  private readonly loaders = new Map<string, TorchDataLoader>();

  constructor(version: string) {
    this.rng = torch(0, { version });
    this.insideOutFrom = torchEra(version).insideOutFrom;
  }

  seed(seed: bigint): void {
    this.rng.manualSeed(seed);
  }

  draws(count: number, unit: DrawsStep["unit"]): void {
    const words = unit === "doubles" ? 2 * count : count;
    this.rng.skip(BigInt(words));
    this.drawn += words;
  }

  permutation(length: number): ArrayLike<number> {
    this.drawn += permutationDraws(length, this.insideOutFrom);
    return this.rng.randperm(length);
  }

  passPermutation(length: number): void {
    const words = permutationDraws(length, this.insideOutFrom);
    this.rng.skip(words);
    this.drawn += words;
  }

  epoch(action: EpochAction): ArrayLike<number> {
    const { order, draws } = this.loader(action).epoch(breaking(action));
    this.drawn += draws;
    return order;
  }

  passEpoch(action: EpochAction): void {
    this.drawn += this.loader(action).skip(breaking(action));
  }

  state(): Uint8Array {
    return this.rng.getRngState();
  }

  private loader({ loader, name }: EpochAction): TorchDataLoader {
    const known = this.loaders.get(name);
    if (known !== undefined) return known;
    const { generator: whose, part: _, ...options } = loader;
    const own = whose === "own" ? { generator: this.rng } : {};
    const made = this.rng.dataLoader({ ...options, ...own });
    this.loaders.set(name, made);
    return made;
  }
}

function breaking({ breakAfter }: EpochAction): { readonly breakAfter?: number } {
  return breakAfter === undefined ? {} : { breakAfter };
}
