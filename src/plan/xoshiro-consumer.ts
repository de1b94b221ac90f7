import { below } from "../random/integers.ts";
import { shuffle } from "../random/shuffle.ts";
import { type XoshiroGenerator, xoshiro } from "../random/xoshiro/index.ts";
import { PermutingConsumer, upTo } from "./consumer.ts";
import type { DrawsStep } from "./plan.ts";

/**
 * The default generator, `xoshiro(seed)`. A permutation is its `shuffle`, and the state its 16
 * bytes.
 */
export class XoshiroConsumer extends PermutingConsumer {
  drawn = 0;
  #rng: XoshiroGenerator = xoshiro(0);

  override seed(seed: bigint): void {
    this.#rng = xoshiro(seed);
  }

  override draws(count: number, unit: DrawsStep["unit"]): void {
    const words = unit === "doubles" ? 2 * count : count;
    this.drawn += words;
    this.#rng.advance(words);
  }

  override permutation(length: number): ArrayLike<number> {
    return shuffle(this, upTo(length));
  }

  override passPermutation(length: number): void {
    // The numbers in 0..i that `shuffle` draws.
    for (let i = length - 1; i > 0; i--) below(this, i + 1);
  }

  override state(): Uint8Array {
    return this.#rng.state();
  }

  /** The next word, counted. */
  uint32(): number {
    this.drawn++;
    return this.#rng.uint32();
  }
}
