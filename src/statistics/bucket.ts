/**
 * The buckets of a quantile sketch: each holds the doubles that share their sign, their exponent and
 * the first seven bits of their mantissa. Its edges differ by at most 1/128 of the value. The bits
 * decide, not a logarithm, so that every host counts a value in the same bucket.
 */

/** How many exponents below the smallest normal number subnormal numbers need. */
const SUBNORMAL_EXPONENTS = 54;
const SMALLEST_NORMAL = 2 ** -1022;
const MANTISSA_BITS = 7;
/** The sign, the exponent and these bits of the mantissa are in the upper half of a double. */
const DROPPED_BITS = 20 - MANTISSA_BITS;

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);
/** Which half of a double this host stores second. */
const UPPER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** The largest bucket: that of infinity. */
export const LAST_BUCKET: number = bucketOf(Number.POSITIVE_INFINITY);

/**
 * The bucket of a number other than NaN. Zero has 0, negative numbers have the negative of their
 * opposite's, and larger numbers never have smaller buckets.
 */
export function bucketOf(x: number): number {
  if (x === 0) return 0;
  const magnitude = x < 0 ? -x : x;
  const isNormal = magnitude >= SMALLEST_NORMAL;
  DOUBLE[0] = isNormal ? magnitude : magnitude * 2 ** SUBNORMAL_EXPONENTS;
  const scaled = (WORDS[UPPER] as number) >>> DROPPED_BITS;
  const bucket = 1 + scaled + (isNormal ? SUBNORMAL_EXPONENTS << MANTISSA_BITS : 0);
  return x < 0 ? -bucket : bucket;
}

/** The number of a bucket that is nearest to zero. Whole numbers up to 255 are alone in theirs. */
export function edgeOf(bucket: number): number {
  if (bucket === 0) return 0;
  const scaled = Math.abs(bucket) - 1;
  const isNormal = scaled >= (SUBNORMAL_EXPONENTS + 1) << MANTISSA_BITS;
  const shift = isNormal ? SUBNORMAL_EXPONENTS << MANTISSA_BITS : 0;
  WORDS[1 - UPPER] = 0;
  WORDS[UPPER] = (scaled - shift) << DROPPED_BITS;
  const edge = (DOUBLE[0] as number) * (isNormal ? 1 : 2 ** -SUBNORMAL_EXPONENTS);
  return bucket < 0 ? -edge : edge;
}
