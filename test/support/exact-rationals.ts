/** A number as a fraction whose denominator is a power of two: `top` / 2^`bits`. */
export interface Dyadic {
  readonly top: bigint;
  readonly bits: number;
}

/** A finite double as a fraction. */
export function dyadic(x: number): Dyadic {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const word = view.getBigUint64(0);
  const biased = Number((word >> 52n) & 0x7ffn);
  const fraction = (word & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n);
  const size = fraction << BigInt(Math.max(biased, 1) - 1);
  return { top: word >> 63n === 1n ? -size : size, bits: 1074 };
}

export function plus(a: Dyadic, b: Dyadic): Dyadic {
  const bits = Math.max(a.bits, b.bits);
  const at = (one: Dyadic): bigint => one.top << BigInt(bits - one.bits);
  return { top: at(a) + at(b), bits };
}

export function times(a: Dyadic, b: Dyadic): Dyadic {
  return { top: a.top * b.top, bits: a.bits + b.bits };
}

/**
 * Whether `x` is the double nearest to `exact` / `divisor`, ties to even: no neighbour is closer.
 * Infinity stands for 2^1024, as IEEE 754 rounds.
 */
export function isNearest(x: number, exact: Dyadic, divisor = 1n): boolean {
  if (Object.is(x, -0) || Number.isNaN(x)) return false;
  const away = (value: Dyadic): bigint => {
    const bits = Math.max(value.bits, exact.bits);
    const difference =
      (value.top << BigInt(bits - value.bits)) * divisor - (exact.top << BigInt(bits - exact.bits));
    const size = difference < 0n ? -difference : difference;
    return size << BigInt(5000 - bits);
  };
  const here = away(value(x));
  return [neighbour(x, 1n), neighbour(x, -1n)].every((other) => {
    if (other === undefined) return true;
    const there = away(value(other));
    return here < there || (here === there && isEven(x));
  });
}

function value(x: number): Dyadic {
  if (Math.abs(x) < Number.POSITIVE_INFINITY) return dyadic(x);
  return { top: x > 0 ? 1n << 1024n : -(1n << 1024n), bits: 0 };
}

/** The next double away from zero or toward it. */
function neighbour(x: number, by: bigint): number | undefined {
  if (x === 0) return by > 0n ? Number.MIN_VALUE : -Number.MIN_VALUE;
  if (Math.abs(x) === Number.POSITIVE_INFINITY && by > 0n) return undefined;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigUint64(0, view.getBigUint64(0) + by);
  return view.getFloat64(0);
}

function isEven(x: number): boolean {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return (view.getUint8(7) & 1) === 0;
}
