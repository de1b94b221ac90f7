/** The four words of a xoshiro128 state. */
export type XoshiroWords = readonly [s0: number, s1: number, s2: number, s3: number];

/**
 * The state `draws` words forward, or back if `draws` is negative, in O(log draws).
 *
 * The step from one state to the next is a linear map whose characteristic polynomial p is known.
 * So the state `draws` steps on is the sum, over the terms t^i of t^draws mod p, of the states i
 * steps on: Haramoto et al., "Efficient jump ahead for F2-linear random number generators", INFORMS
 * Journal on Computing 20 (2008), 385-390. For 2^64 and 2^96 draws the polynomials are those of
 * `jump` and `long_jump` in the reference, xoshiro128plusplus.c.
 */
export function jumpXoshiro128(words: XoshiroWords, draws: bigint): XoshiroWords {
  let left = powerOfT(((draws % PERIOD) + PERIOD) % PERIOD);
  let [s0, s1, s2, s3] = words;
  const sum: [number, number, number, number] = [0, 0, 0, 0];
  for (; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) {
      sum[0] ^= s0;
      sum[1] ^= s1;
      sum[2] ^= s2;
      sum[3] ^= s3;
    }
    // One step, as `next` of the generator takes it.
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
  }
  return sum;
}

/** The draws after which the states begin again. */
const PERIOD = (1n << 128n) - 1n;
const DEGREE = 128;
/** The characteristic polynomial of the step: bit i is the coefficient of t^i. */
const P = 0x1_00fc65a2_006254b1_1b489db6_de18fc01n;

/** t^exponent mod p, by squaring. */
function powerOfT(exponent: bigint): bigint {
  let power = 1n;
  for (const bit of exponent.toString(2)) {
    power = reduced(squared(power));
    if (bit === "1") power = reduced(power << 1n);
  }
  return power;
}

/**
 * In the field of two elements the square of a sum has the terms of the sum, at twice their places.
 */
function squared(polynomial: bigint): bigint {
  // Read in base 4, the binary digits stand at twice their places.
  return [...polynomial.toString(2)].reduce((square, bit) => (square << 2n) | BigInt(bit), 0n);
}

function reduced(polynomial: bigint): bigint {
  let rest = polynomial;
  for (let place = rest.toString(2).length - 1; place >= DEGREE; place--) {
    if ((rest >> BigInt(place)) & 1n) rest ^= P << BigInt(place - DEGREE);
  }
  return rest;
}
