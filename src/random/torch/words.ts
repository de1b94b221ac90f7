/** Where 32-bit draws come from. */
export interface WordSource {
  /** The next 32 random bits, 0..2^32 - 1. */
  uint32(): number;
}

/** A double in [0, 1): two draws, of which the low 53 of the 64 bits count. */
export function double53(source: WordSource): number {
  const high = source.uint32() & 0x1fffff;
  return (high * 2 ** 32 + source.uint32()) * 2 ** -53;
}

/** A float in [0, 1): one draw, of which the low 24 bits count. */
export function float24(source: WordSource): number {
  return (source.uint32() & 0xffffff) * 2 ** -24;
}

/** Two draws as 64 bits; the first is the high half. */
export function uint64(source: WordSource): bigint {
  const high = BigInt(source.uint32());
  return (high << 32n) | BigInt(source.uint32());
}

/** A 64-bit number modulo `range`, a whole number in 1..2^37, in exact double arithmetic. */
export function remainder64(high: number, low: number, range: number): number {
  // Sixteen bits at a time: a remainder below 2^37, shifted by 16, stays below 2^53.
  const upper = ((high % range) * 0x10000 + (low >>> 16)) % range;
  return (upper * 0x10000 + (low & 0xffff)) % range;
}
