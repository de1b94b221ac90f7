import { describe } from "../../base/checks.ts";
import { RewindError } from "../../base/errors.ts";
import { wordsOfBigint } from "../bigint-words.ts";

/** A seed of numpy: a whole number, at least 0, of any size, or a list of such numbers. */
export type NumpySeed = number | bigint | readonly (number | bigint)[];

/**
 * numpy's SeedSequence: spreads a seed over as many bits as a generator needs, and gives children
 * that are independent of each other. Bit-exact. After Melissa O'Neill, "Developing a seed_seq
 * alternative" (2015).
 */
export class SeedSequence {
  readonly #entropy: readonly number[];
  readonly #spawnKey: readonly number[];
  #children = 0;

  private constructor(entropy: readonly number[], spawnKey: readonly number[]) {
    this.#entropy = entropy;
    this.#spawnKey = spawnKey;
  }

  /** The sequence of a seed. Throws INVALID_SEED. */
  static of(seed: NumpySeed): SeedSequence {
    return new SeedSequence(wordsOf(seed), NO_KEY);
  }

  /** The sequence of the number in these bytes, little-endian. */
  static ofBytes(bytes: Uint8Array): SeedSequence {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const words: number[] = [];
    for (let at = 0; at < bytes.length; at += 4) words.push(view.getUint32(at, true));
    // A number has no leading zeros.
    while (words.length > 1 && words[words.length - 1] === 0) words.pop();
    return new SeedSequence(words, NO_KEY);
  }

  /** The first `count` words, each in 0..2^32 - 1; every call gives the same words. */
  generateState(count: number): Uint32Array {
    const pool = this.#pool();
    let multiplier = INIT_B;
    const words = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      let word = (pool[i % POOL_WORDS] as number) ^ multiplier;
      multiplier = Math.imul(multiplier, MULTIPLIER_B);
      word = Math.imul(word, multiplier);
      words[i] = word ^ (word >>> 16);
    }
    return words;
  }

  /** `count` children, whose streams are independent of each other's; each call gives new ones. */
  spawn(count: number): SeedSequence[] {
    return Array.from(
      { length: count },
      () => new SeedSequence(this.#entropy, [...this.#spawnKey, this.#children++]),
    );
  }

  #pool(): Uint32Array {
    const entropy = withKey(this.#entropy, this.#spawnKey);
    const pool = new Uint32Array(POOL_WORDS);
    let multiplier = INIT_A;
    const hashed = (value: number): number => {
      let word = value ^ multiplier;
      multiplier = Math.imul(multiplier, MULTIPLIER_A);
      word = Math.imul(word, multiplier);
      return word ^ (word >>> 16);
    };
    for (let i = 0; i < POOL_WORDS; i++) pool[i] = hashed(entropy[i] ?? 0);
    for (let from = 0; from < POOL_WORDS; from++) {
      for (let to = 0; to < POOL_WORDS; to++) {
        if (from !== to) pool[to] = mixed(pool[to] as number, hashed(pool[from] as number));
      }
    }
    for (let from = POOL_WORDS; from < entropy.length; from++) {
      for (let to = 0; to < POOL_WORDS; to++) {
        pool[to] = mixed(pool[to] as number, hashed(entropy[from] as number));
      }
    }
    return pool;
  }
}

/**
 * The words of a seed, then those of a child's place; a generator that was not spawned has no
 * place.
 */
function withKey(entropy: readonly number[], key: readonly number[]): readonly number[] {
  if (key.length === 0) return entropy;
  // Without the zeros, a child of a short seed would equal the seed with the child's number
  // appended.
  const zeros = new Array<number>(Math.max(POOL_WORDS - entropy.length, 0)).fill(0);
  return [...entropy, ...zeros, ...key];
}

const NO_KEY: readonly number[] = [];
const POOL_WORDS = 4;
const INIT_A = 0x43b0d7e5;
const MULTIPLIER_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULTIPLIER_B = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;

function mixed(x: number, y: number): number {
  const word = Math.imul(MIX_LEFT, x) - Math.imul(MIX_RIGHT, y);
  return word ^ (word >>> 16);
}

/** The 32-bit words of a seed, the lowest first; of a list those of each number in turn. */
function wordsOf(seed: NumpySeed): readonly number[] {
  if (!Array.isArray(seed)) return wordsOfNumber(seed);
  const words: number[] = [];
  append(words, seed, 1);
  return words;
}

function append(words: number[], list: readonly unknown[], depth: number): void {
  if (depth > DEEPEST) {
    throw invalidSeed(
      `lists at most ${DEEPEST} deep, got one that is deeper or holds itself`,
      list,
    );
  }
  // By index, so that a hole in the list is refused and not skipped.
  for (let i = 0; i < list.length; i++) {
    const part = list[i];
    if (Array.isArray(part)) append(words, part, depth + 1);
    else for (const word of wordsOfNumber(part)) words.push(word);
  }
}

const DEEPEST = 100;

function wordsOfNumber(seed: unknown): readonly number[] {
  if (typeof seed === "number" && Number.isSafeInteger(seed) && seed >= 0) {
    return seed < 2 ** 32 ? [seed] : [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
  }
  if (typeof seed === "bigint" && seed >= 0n) return Array.from(wordsOfBigint(seed));
  const expected = "a seed that is a whole number, at least 0, or a list of such numbers";
  throw invalidSeed(`${expected}, got ${describe(seed)}`, seed);
}

function invalidSeed(expected: string, value: unknown): RewindError {
  return new RewindError("INVALID_SEED", `expected ${expected}`, { value });
}
