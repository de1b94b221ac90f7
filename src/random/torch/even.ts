import { remainder64, type WordSource } from "./words.ts";

/**
 * A whole number in 0..count - 1, each exactly equally likely; `count` is a whole number in
 * 1..2^53.
 *
 * It is the number that `randint(count)` of torch 2.7 and later draws, except that a draw from the
 * incomplete last cycle of 0..count - 1, which would make some numbers likelier than others, is
 * rejected and drawn again. Below 2^28 that is one word, and another with a probability less than
 * count / 2^32; for larger counts it is two words, and two more with a probability less than count
 * / 2^64.
 */
export function evenBelow(source: WordSource, count: number): number {
  return count < WIDE_FROM ? evenWord(source, count) : evenLong(source, count);
}

/** The same with one word at a time; `count` is in 1..2^32. */
export function evenWord(source: WordSource, count: number): number {
  for (;;) {
    const word = source.uint32();
    const value = word % count;
    // The cycle that `word` is in begins at word - value, and is complete if it ends by 2^32.
    if (word - value <= TWO_32 - count) return value;
  }
}

/** The same with two words at a time. */
export function evenLong(source: WordSource, count: number): number {
  for (;;) {
    const high = source.uint32();
    // A cycle has at most 2^53 numbers, so only the last 2^53 of 2^64 can be in an incomplete one.
    if (high >= LAST_HIGH || count > MOST_EXACT) {
      const bits = (BigInt(high) << 32n) | BigInt(source.uint32());
      const range = BigInt(count);
      const value = bits % range;
      if (bits - value <= TWO_64 - range) return Number(value);
    } else {
      return remainder64(high, source.uint32(), count);
    }
  }
}

/** The smallest count for which `randint` of torch 2.7 takes two words. */
const WIDE_FROM = 2 ** 28;
/** The most that `remainder64` divides by. */
const MOST_EXACT = 2 ** 37;
const LAST_HIGH = 2 ** 32 - 2 ** 21;
const TWO_32 = 2 ** 32;
const TWO_64 = 1n << 64n;
