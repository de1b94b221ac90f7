import { describe } from "../../base/checks.ts";
import { invalidArgument } from "../../base/invalid-argument.ts";
import type { Mt19937 } from "../mersenne/mt19937.ts";
import {
  listState,
  type PythonState,
  type PythonStateLike,
  packState,
  readListedState,
} from "./state.ts";

/**
 * The draws of CPython's `_random.Random`, from which every other draw of `random.Random` is made:
 * doubles, and whole numbers of a given number of bits; and its state. Source:
 * Modules/_randommodule.c of CPython 3.11.
 */
export class PythonBits {
  protected readonly twister: Mt19937;
  /** The spare deviate of `gauss`. It is NaN if no deviate is kept, so that it is always a double. */
  protected gaussNext: number = Number.NaN;

  constructor(twister: Mt19937, gaussNext: number = Number.NaN) {
    this.twister = twister;
    this.gaussNext = gaussNext;
  }

  /**
   * The next double in [0, 1), a multiple of 2^-53: `genrand_res53` of the Mersenne Twister's
   * authors. Two words. Bit-exact.
   *
   * @example
   * ```ts
   * const rng = python(42);
   * rng.random(); // 0.6394267984578837
   * ```
   */
  random(): number {
    const high = this.twister.uint32() >>> 5;
    const low = this.twister.uint32() >>> 6;
    return (high * 0x4000000 + low) * 2 ** -53;
  }

  /** The next whole number in 0..2^32 - 1, `getrandbits(32)`. One word. Bit-exact. */
  uint32(): number {
    return this.twister.uint32();
  }

  /**
   * A whole number of `k` random bits, 0..2^k - 1: a number if `k` is at most 53, else a bigint.
   * One word for every 32 bits begun. Bit-exact.
   *
   * @throws INVALID_ARGUMENT unless `k` is a whole number in 0..2^20.
   *
   * @example
   * ```ts
   * const rng = python(42);
   * rng.getrandbits(16); // 41905
   * rng.getrandbits(64); // 461366972257415551n
   * ```
   */
  getrandbits(k: number): number | bigint {
    if (!(Number.isInteger(k) && k >= 0 && k <= MAX_BITS)) {
      throw invalidArgument(`expected k to be a whole number in 0..2^20, got ${describe(k)}`, {
        name: "k",
        value: k,
      });
    }
    if (k === 0) return 0;
    if (k <= 32) return this.twister.uint32() >>> (32 - k);
    if (k > 53) return this.#bigBits(k);
    const low = this.twister.uint32();
    return (this.twister.uint32() >>> (64 - k)) * TWO_32 + low;
  }

  /**
   * Everything that the next draws depend on, in Python's own form: `json.dumps(rng.getstate())`
   * there is `JSON.stringify(rng.getstate())` here, except for spaces.
   *
   * @example
   * ```ts
   * const [version, words, gaussNext] = python(42).getstate();
   * words.length; // 625
   * gaussNext; // null
   * ```
   */
  getstate(): PythonState {
    const { words, drawn } = this.twister;
    return listState({ words, drawn, gaussNext: this.gaussNext });
  }

  /**
   * Continues from the `getstate()` of a generator, also of one in Python.
   *
   * @throws INVALID_ARGUMENT unless `state` is the version 3, a list of 624 words and the number of
   * words drawn, and a finite number or null. The generator is then unchanged.
   *
   * @example
   * ```ts
   * const rng = python(42);
   * const before = rng.getstate();
   * const first = rng.random();
   * rng.setstate(before);
   * rng.random() === first; // true
   * ```
   */
  setstate(state: PythonStateLike): void {
    const { words, drawn, gaussNext } = readListedState(state);
    this.twister.words.set(words);
    this.twister.drawn = drawn;
    this.gaussNext = gaussNext;
  }

  /** The same as 2,512 bytes, for `fromState` of the algorithm. */
  state(): Uint8Array {
    const { words, drawn } = this.twister;
    return packState({ words, drawn, gaussNext: this.gaussNext });
  }

  /**
   * `_randbelow_with_getrandbits`: draws as many bits as `count` has, until they are less than `count`.
   * The caller has checked that `count` is a whole number in 1..2^53.
   */
  protected below(count: number): number {
    if (count >= TWO_32) return this.#wideBelow(count);
    const shift = Math.clz32(count);
    let bits = this.twister.uint32() >>> shift;
    while (bits >= count) bits = this.twister.uint32() >>> shift;
    return bits;
  }

  #wideBelow(count: number): number {
    const shift = Math.clz32(count / TWO_32);
    for (;;) {
      const low = this.twister.uint32();
      // Only 2^53 has 54 bits. A number of 54 bits is rounded, but it is never less than 2^53
      // either way.
      const bits = (this.twister.uint32() >>> shift) * TWO_32 + low;
      if (bits < count) return bits;
    }
  }

  /** The same for a bigint, at least 1n. */
  protected bigBelow(count: bigint): bigint {
    if (count <= TWO_53) return BigInt(this.below(Number(count)));
    const digits = count.toString(16);
    const length = 4 * digits.length + 28 - Math.clz32(Number.parseInt(digits.charAt(0), 16));
    for (;;) {
      const bits = this.#bigBits(length);
      if (bits < count) return bits;
    }
  }

  /** In halves if there are many bits, because appending word by word is quadratic. */
  #bigBits(k: number): bigint {
    if (k > 1024) {
      const lower = 32 * Math.floor(k / 64);
      const low = this.#bigBits(lower);
      return (this.#bigBits(k - lower) << BigInt(lower)) | low;
    }
    let bits = 0n;
    for (let done = 0; done < k; done += 32) {
      const word = this.twister.uint32() >>> Math.max(0, 32 - (k - done));
      bits |= BigInt(word) << BigInt(done);
    }
    return bits;
  }
}

const TWO_32 = 2 ** 32;
const TWO_53 = 2n ** 53n;
/** Every engine supports bigints of this many bits. */
const MAX_BITS = 2 ** 20;
