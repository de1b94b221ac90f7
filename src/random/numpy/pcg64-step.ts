/** Words of a PCG64's state and increment, each 128 bits, the lowest word first. */
export const PCG_WORDS = 8;

/**
 * Steps a PCG64 in place, once for each element of `doubles`, and writes each output: as two words
 * in `out`, the low one first, and its upper 53 bits as a double in [0, 1).
 */
export type PcgFill = (
  stateAndIncrement: Uint32Array,
  out: Uint32Array,
  doubles: Float64Array,
) => void;

/** The multiplier of the recurrence. */
export const PCG_MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/**
 * The step in 32-bit arithmetic, for engines without WebAssembly: a fifth as fast, the same words.
 * The state is multiplied column by column; a column of a few products below 2^32 is exact in a
 * double.
 */
export const fillPortably: PcgFill = (words, out, doubles) => {
  const [, , , , i0, i1, i2, i3] = words as unknown as [...Limbs, ...Limbs];
  let [s0, s1, s2, s3] = words as unknown as Limbs;
  for (let at = 0; at < out.length; at += 2) {
    const column1 = highOf(s0, M0) + lowOf(s0, M1) + lowOf(s1, M0);
    const column2 = highOf(s0, M1) + highOf(s1, M0) + lowOf(s0, M2) + lowOf(s1, M1) + lowOf(s2, M0);
    const column3 =
      highOf(s0, M2) +
      highOf(s1, M1) +
      highOf(s2, M0) +
      lowOf(s0, M3) +
      lowOf(s1, M2) +
      lowOf(s2, M1) +
      lowOf(s3, M0);
    const sum0 = lowOf(s0, M0) + i0;
    const sum1 = column1 + i1 + carryOf(sum0);
    const sum2 = column2 + i2 + carryOf(sum1);
    s3 = (column3 + i3 + carryOf(sum2)) >>> 0;
    s2 = sum2 >>> 0;
    s1 = sum1 >>> 0;
    s0 = sum0 >>> 0;
    writeOutput(out, at, s0 ^ s2, s1 ^ s3, s3 >>> 26);
    doubles[at >> 1] = doubleOf(out[at] as number, out[at + 1] as number);
  }
  words[0] = s0;
  words[1] = s1;
  words[2] = s2;
  words[3] = s3;
};

type Limbs = [number, number, number, number];

// The multiplier's words, the lowest first.
const M0 = 0x9fccf645;
const M1 = 0x4385df64;
const M2 = 0x1fc65da4;
const M3 = 0x2360ed05;

function lowOf(a: number, b: number): number {
  return Math.imul(a, b) >>> 0;
}

/** The upper 32 bits of a product of two 32-bit numbers. */
function highOf(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const other = (Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) >>> 0) + (middle >>> 16) + (other >>> 16);
}

function carryOf(sum: number): number {
  return Math.floor(sum * 2 ** -32);
}

/** The upper 53 bits of an output as a double in [0, 1). */
function doubleOf(low: number, high: number): number {
  return (high * 0x200000 + (low >>> 11)) * 2 ** -53;
}

/** Rotates the 64 bits to the right, and writes them. */
function writeOutput(out: Uint32Array, at: number, low: number, high: number, by: number): void {
  const a = by < 32 ? low : high;
  const b = by < 32 ? high : low;
  const shift = by & 31;
  // In JavaScript a shift by 32 leaves the number as it is, instead of 0.
  out[at] = shift === 0 ? a : (a >>> shift) | (b << (32 - shift));
  out[at + 1] = shift === 0 ? b : (b >>> shift) | (a << (32 - shift));
}
