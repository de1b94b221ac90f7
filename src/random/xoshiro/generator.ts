import { checkWholeNumber } from "../parameters.ts";
import { UniformGenerator } from "../uniform.ts";
import { jumpXoshiro128 } from "./jump.ts";

/** Bytes in a state: the four words of the reference implementation. */
export const STATE_BYTES = 16;

/**
 * The default generator, xoshiro128++ 1.0. `xoshiro(seed)` makes one.
 *
 * Source: David Blackman and Sebastiano Vigna, "Scrambled linear pseudorandom number generators",
 * ACM Transactions on Mathematical Software 47 (2021), 36; the reference is xoshiro128plusplus.c at
 * https://prng.di.unimi.it. The period is 2^128 - 1 words.
 */
export class XoshiroGenerator extends UniformGenerator {
  // V8 stores a field without boxing and type checks if it only ever holds signed 32-bit numbers. A
  // field declared without a value would begin as undefined, which is not a number.
  #s0 = 0;
  #s1 = 0;
  #s2 = 0;
  #s3 = 0;

  constructor(s0: number, s1: number, s2: number, s3: number) {
    super();
    this.#s0 = s0 | 0;
    this.#s1 = s1 | 0;
    this.#s2 = s2 | 0;
    this.#s3 = s3 | 0;
    // A property that somebody adds, such as a spare deviate, would not be in the state.
    Object.preventExtensions(this);
  }

  /**
   * `((a >>> 5) * 2^26 + (b >>> 6)) * 2^-53` of the next two words: the upper 27 bits of `a`, the
   * first, are the high bits of the double, and the upper 26 bits of `b` are the low ones.
   */
  override random(): number {
    const high = this.#next() >>> 5;
    const low = this.#next() >>> 6;
    return (high * 0x4000000 + low) * 2 ** -53;
  }

  override uint32(): number {
    return this.#next() >>> 0;
  }

  /**
   * Moves forward by `words` words in O(log n), or back if `words` is negative. One `uint32()` is
   * one word, one `random()` is two. 2^64 words are the `jump()` of the reference, 2^96 its
   * `long_jump()`.
   *
   * @throws INVALID_ARGUMENT unless `words` is a whole number.
   *
   * @example
   * ```ts
   * const rng = xoshiro(42).advance(2n ** 64n); // a stream apart
   * rng.advance(-10);
   * ```
   */
  advance(words: number | bigint): this {
    const distance = checkWholeNumber(words, "words");
    const from = [this.#s0, this.#s1, this.#s2, this.#s3] as const;
    [this.#s0, this.#s1, this.#s2, this.#s3] = jumpXoshiro128(from, distance);
    return this;
  }

  override state(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, this.#s0, true);
    view.setInt32(4, this.#s1, true);
    view.setInt32(8, this.#s2, true);
    view.setInt32(12, this.#s3, true);
    return bytes;
  }

  /** The next word of the reference implementation, as a signed 32-bit number. */
  #next(): number {
    const s0 = this.#s0;
    const s1 = this.#s1;
    const sum = (s0 + this.#s3) | 0;
    const s2 = this.#s2 ^ s0;
    const s3 = this.#s3 ^ s1;
    this.#s0 = s0 ^ s3;
    this.#s1 = s1 ^ s2;
    this.#s2 = s2 ^ (s1 << 9);
    this.#s3 = (s3 << 11) | (s3 >>> 21);
    return (((sum << 7) | (sum >>> 25)) + s0) | 0;
  }
}
