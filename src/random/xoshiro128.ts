import { checkBytes, describe } from "../base/checks.ts";
import { RewindError } from "../base/errors.ts";
import { sha256 } from "../codec/hash.ts";
import type { GeneratorAlgorithm } from "./generator.ts";
import { checkSeed, deriveSeed, parseMasterSeed } from "./seeds.ts";
import { UniformGenerator } from "./uniform.ts";
import { jumpXoshiro128 } from "./xoshiro128-jump.ts";

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
export function xoshiro(seed: number | bigint): Xoshiro128 {
  return seeded(parseMasterSeed(seed));
}

/**
 * The default algorithm: xoshiro128++ 1.0 of David Blackman and Sebastiano Vigna, "Scrambled linear
 * pseudorandom number generators", ACM Transactions on Mathematical Software 47 (2021), 36; the
 * reference is xoshiro128plusplus.c at https://prng.di.unimi.it. Its period is 2^128 - 1 draws.
 *
 * `fromSeed` takes the first 16 of the seed's 32 bytes as the state; where they are all zero, the
 * one state that xoshiro cannot leave, it takes the fixed state 9e3779b9, 243f6a88, b7e15162,
 * 6a09e667 (the first fraction bits of the golden ratio, pi, e - 2 and the root of 2) instead.
 *
 * `state()` is the four words of the reference, 16 bytes, each word little-endian. `fromState`
 * throws INVALID_ARGUMENT for another length and for 16 zeros.
 *
 * @example
 * ```ts
 * const rng = xoshiro128.fromSeed(new Uint8Array(32).fill(7));
 * const twin = xoshiro128.fromState(rng.state());
 * rng.random() === twin.random(); // true
 * ```
 */
export const xoshiro128: GeneratorAlgorithm = {
  name: "xoshiro128++",
  version: 1,
  seeded,
  fromSeed,
  fromState(state) {
    checkBytes(state, "a xoshiro128++ state", STATE_BYTES);
    const generator = readWords(state);
    if (generator === undefined) {
      throw invalidState("expected a xoshiro128++ state with a bit set, got 16 zero bytes");
    }
    return generator;
  },
};

const STATE_BYTES = 16;

function seeded(master: bigint): Xoshiro128 {
  return fromSeed(deriveSeed({ hash: sha256, master, stream: "direct", index: 0 }));
}

function fromSeed(seed: Uint8Array): Xoshiro128 {
  checkSeed(seed);
  return readWords(seed) ?? new Xoshiro128(0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667);
}

/** The default generator. `xoshiro(seed)` makes one. */
export class Xoshiro128 extends UniformGenerator {
  // V8 keeps a field that only ever holds signed 32-bit numbers without boxing and type checks. A
  // field declared without a value would begin as undefined, which is no number.
  private s0 = 0;
  private s1 = 0;
  private s2 = 0;
  private s3 = 0;

  constructor(s0: number, s1: number, s2: number, s3: number) {
    super();
    this.s0 = s0 | 0;
    this.s1 = s1 | 0;
    this.s2 = s2 | 0;
    this.s3 = s3 | 0;
  }

  /**
   * `((a >>> 5) * 2^26 + (b >>> 6)) * 2^-53` of two draws: the upper 27 bits of the first, `a`, are
   * the high bits of the double, and the upper 26 bits of the second, `b`, the low ones.
   */
  override random(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return (high * 0x4000000 + low) * 2 ** -53;
  }

  override uint32(): number {
    return this.next() >>> 0;
  }

  /**
   * Moves on by so many words, or back where negative, in O(log n): as `uint32()` that many times;
   * `random()` takes two. 2^64 words are the `jump()` of the reference, 2^96 its `long_jump()`.
   *
   * @throws INVALID_ARGUMENT for what is no whole number.
   *
   * @example
   * ```ts
   * const rng = xoshiro(42).advance(2n ** 64n); // a stream apart
   * rng.advance(-10);
   * ```
   */
  advance(words: number | bigint): this {
    if (typeof words !== "bigint" && !Number.isSafeInteger(words)) {
      throw new RewindError(
        "INVALID_ARGUMENT",
        `expected a whole number of words, got ${describe(words)}`,
        { value: words },
      );
    }
    const from = [this.s0, this.s1, this.s2, this.s3] as const;
    [this.s0, this.s1, this.s2, this.s3] = jumpXoshiro128(from, BigInt(words));
    return this;
  }

  override state(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, this.s0, true);
    view.setInt32(4, this.s1, true);
    view.setInt32(8, this.s2, true);
    view.setInt32(12, this.s3, true);
    return bytes;
  }

  /** The next word of the reference implementation, as a signed 32-bit number. */
  private next(): number {
    const s0 = this.s0;
    const s1 = this.s1;
    const sum = (s0 + this.s3) | 0;
    const s2 = this.s2 ^ s0;
    const s3 = this.s3 ^ s1;
    this.s0 = s0 ^ s3;
    this.s1 = s1 ^ s2;
    this.s2 = s2 ^ (s1 << 9);
    this.s3 = (s3 << 11) | (s3 >>> 21);
    return (((sum << 7) | (sum >>> 25)) + s0) | 0;
  }
}

/** The generator whose state is the first 16 bytes; undefined where they are all zero. */
function readWords(bytes: Uint8Array): Xoshiro128 | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, STATE_BYTES);
  const s0 = view.getInt32(0, true);
  const s1 = view.getInt32(4, true);
  const s2 = view.getInt32(8, true);
  const s3 = view.getInt32(12, true);
  return (s0 | s1 | s2 | s3) === 0 ? undefined : new Xoshiro128(s0, s1, s2, s3);
}

function invalidState(message: string): RewindError {
  return new RewindError("INVALID_ARGUMENT", message, { generator: "xoshiro128++" });
}
