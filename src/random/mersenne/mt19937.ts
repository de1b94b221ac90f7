/** Words in a state of the Mersenne Twister. */
export const MT_WORDS = 624;

/**
 * The Mersenne Twister MT19937 of Makoto Matsumoto and Takuji Nishimura, "Mersenne twister: a
 * 623-dimensionally equidistributed uniform pseudo-random number generator", ACM Transactions on
 * Modeling and Computer Simulation 8 (1998), 3; the reference is mt19937ar.c. Its period is
 * 2^19937 - 1 draws. The core of CPython's and of PyTorch's generators, which use its 32-bit words
 * in different ways.
 *
 * @example
 * ```ts
 * const twister = Mt19937.seeded(5489);
 * twister.uint32(); // 3499211612
 * ```
 */
export class Mt19937 {
  /** The state: the words that are tempered and drawn, in order, before the next twist. */
  readonly words: Uint32Array;
  /** How many of the words have been drawn, 0..624. At 624 the next draw twists first. */
  drawn: number = MT_WORDS;

  private constructor(words: Uint32Array, drawn: number) {
    this.words = words;
    this.drawn = drawn;
  }

  /** Seeded by one 32-bit word, `init_genrand` of the reference. */
  static seeded(seed: number): Mt19937 {
    return new Mt19937(filledFrom(seed), MT_WORDS);
  }

  /** Seeded by at least one 32-bit word, `init_by_array` of the reference. */
  static seededBy(key: Uint32Array): Mt19937 {
    const words = FILLED.slice();
    mix(words, key);
    return new Mt19937(words, MT_WORDS);
  }

  /** A twister that has drawn the first `drawn` of these 624 words. The words are copied. */
  static restored(words: Uint32Array, drawn: number): Mt19937 {
    return new Mt19937(words.slice(), drawn);
  }

  /** The next 32 random bits. */
  uint32(): number {
    if (this.drawn === MT_WORDS) {
      twist(this.words);
      this.drawn = 0;
    }
    let y = this.words[this.drawn++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Skips `draws` draws without tempering them: one twist for every 624. */
  skip(draws: number): void {
    let left = draws;
    while (left > MT_WORDS - this.drawn) {
      left -= MT_WORDS - this.drawn;
      twist(this.words);
      this.drawn = 0;
    }
    this.drawn += left;
  }
}

/** Knuth's multiplicative recurrence, "The Art of Computer Programming" 2, 3.3.4 (p. 106). */
function filledFrom(seed: number): Uint32Array {
  const words = new Uint32Array(MT_WORDS);
  let word = seed | 0;
  words[0] = word;
  for (let i = 1; i < MT_WORDS; i++) {
    word = (Math.imul(word ^ (word >>> 30), 1812433253) + i) | 0;
    words[i] = word;
  }
  return words;
}

/** The words with which every seeding by a key begins. */
const FILLED = filledFrom(19650218);

/**
 * Both passes of `init_by_array`. Each word depends on the one before, and this wait is the whole
 * cost. So the word before is kept in a variable as a signed number, and word 0, which would only
 * be a copy of the last word, is not written.
 */
function mix(words: Uint32Array, key: Uint32Array): void {
  let before = (words[0] as number) | 0;
  let i = 1;
  let j = 0;
  for (let k = Math.max(MT_WORDS, key.length); k > 0; k--) {
    const mixed = (words[i] as number) ^ Math.imul(before ^ (before >>> 30), 1664525);
    before = (mixed + (((key[j] as number) + j) | 0)) | 0;
    words[i] = before;
    if (++i === MT_WORDS) i = 1;
    if (++j === key.length) j = 0;
  }
  for (let k = MT_WORDS - 1; k > 0; k--) {
    const mixed = (words[i] as number) ^ Math.imul(before ^ (before >>> 30), 1566083941);
    before = (mixed - i) | 0;
    words[i] = before;
    if (++i === MT_WORDS) i = 1;
  }
  words[0] = 0x80000000;
}

const MIDDLE = 397;

/**
 * Makes the next 624 words in place. Each is the upper bit of one word and the lower 31 of the
 * next, times the matrix of the recurrence, xor the word 397 places on. The last bit, spread over
 * the word, selects the matrix's row without a branch. The loop body is written out three times,
 * because in a new process, which still interprets the code, calls would cost as much as all the
 * rest.
 */
function twist(words: Uint32Array): void {
  let upper = (words[0] as number) | 0;
  for (let i = 0; i < MT_WORDS - MIDDLE; i++) {
    const lower = (words[i + 1] as number) | 0;
    const y = (upper & 0x80000000) | (lower & 0x7fffffff);
    words[i] = (words[i + MIDDLE] as number) ^ (y >>> 1) ^ (-(lower & 1) & 0x9908b0df);
    upper = lower;
  }
  for (let i = MT_WORDS - MIDDLE; i < MT_WORDS - 1; i++) {
    const lower = (words[i + 1] as number) | 0;
    const y = (upper & 0x80000000) | (lower & 0x7fffffff);
    words[i] = (words[i + MIDDLE - MT_WORDS] as number) ^ (y >>> 1) ^ (-(lower & 1) & 0x9908b0df);
    upper = lower;
  }
  const lower = (words[0] as number) | 0;
  const y = (upper & 0x80000000) | (lower & 0x7fffffff);
  words[MT_WORDS - 1] = (words[MIDDLE - 1] as number) ^ (y >>> 1) ^ (-(lower & 1) & 0x9908b0df);
}
