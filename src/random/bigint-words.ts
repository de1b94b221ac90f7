/**
 * The 32-bit words of a bigint that is not negative, the least significant first, at least one.
 * They are read from its hexadecimal digits, because shifting a long bigint word by word is
 * quadratic.
 */
export function wordsOfBigint(size: bigint): Uint32Array {
  const digits = size.toString(16);
  const words = new Uint32Array((digits.length + 7) >>> 3);
  for (let i = 0; i < words.length; i++) {
    const end = digits.length - 8 * i;
    words[i] = Number.parseInt(digits.slice(Math.max(0, end - 8), end), 16);
  }
  return words;
}
