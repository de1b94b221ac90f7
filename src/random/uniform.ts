import { exponential, normal } from "./distributions.ts";
import type { RandomGenerator } from "./generator.ts";
import { integer } from "./integers.ts";
import { choice, shuffle } from "./shuffle.ts";

/**
 * A generator that makes every other draw from its own `random()` and `uint32()`: an algorithm
 * writes these two and `state()`. An algorithm with its own ways to draw a normal deviate or to
 * shuffle, such as NumPy's, implements `RandomGenerator` without this class.
 *
 * Nothing is kept between two draws, so the state of the algorithm is the whole state.
 */
export abstract class UniformGenerator implements RandomGenerator {
  abstract random(): number;
  abstract uint32(): number;
  abstract state(): Uint8Array;

  integer(low: number, high: number): number {
    return integer(this, low, high);
  }

  normal(mean = 0, standardDeviation = 1): number {
    return normal(this, mean, standardDeviation);
  }

  exponential(mean = 1): number {
    return exponential(this, mean);
  }

  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    return shuffle(this, items);
  }

  choice<T>(items: ArrayLike<T>): T {
    return choice(this, items);
  }
}
