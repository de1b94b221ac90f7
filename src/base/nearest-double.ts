/** A number that need not fit in a double: `integer` times 2 to the power of `exponent`. */
export interface Exact {
  readonly integer: bigint;
  readonly exponent: number;
}

/**
 * The double nearest to an exact number divided by a positive whole number, ties to even: rounded
 * once, also where the result is subnormal. Infinite if the result is too large for a double.
 */
export function nearestDouble({ integer, exponent }: Exact, divisor = 1n): number {
  if (integer === 0n) return 0;
  const size = integer < 0n ? -integer : integer;
  // The quotient gets 55 or 56 bits: more than a double has, so that it is rounded here alone.
  const shift = 55 - bitLength(size) + bitLength(divisor);
  const shifted = shift > 0 ? size << BigInt(shift) : size;
  const scaled = shift < 0 ? divisor << BigInt(-shift) : divisor;
  const quotient = shifted / scaled;
  const hasRest = quotient * scaled !== shifted;
  const value = round(quotient, hasRest, exponent - shift);
  return integer < 0n ? -value : value;
}

/** The double nearest to a quotient, and a little more if there is a rest, times a power of two. */
function round(quotient: bigint, hasRest: boolean, exponent: number): number {
  const bits = bitLength(quotient);
  // Below 2^-1022, doubles have the spacing of the smallest one.
  const drop = Math.max(bits - 53, LOWEST - exponent);
  if (drop > bits) return 0;
  const kept = quotient >> BigInt(drop);
  const dropped = quotient - (kept << BigInt(drop));
  const half = 1n << BigInt(drop - 1);
  const isTie = dropped === half && !hasRest;
  const isUp = isTie ? (kept & 1n) === 1n : dropped >= half;
  return scale(Number(isUp ? kept + 1n : kept), exponent + drop);
}

/** The exponent of the smallest double. */
const LOWEST = -1074;

/** `value` times a power of two, whose result is a double or too large for one. */
function scale(value: number, exponent: number): number {
  if (exponent >= -1022) return value * 2 ** exponent;
  // Only the last product may be subnormal, so that nothing is rounded twice.
  return value * 2 ** (exponent + 60) * 2 ** -60;
}

/** How many bits a number that is not negative has; 0 for 0. */
export function bitLength(value: bigint): number {
  if (value < 2n ** 53n) {
    const low = Number(value);
    return low < 2 ** 32 ? 32 - Math.clz32(low) : 64 - Math.clz32(low / 2 ** 32);
  }
  const digits = value.toString(16);
  return 4 * digits.length + 28 - Math.clz32(Number.parseInt(digits.charAt(0), 16));
}
