/**
 * Logarithm, sine and cosine in single precision by the polynomials of Stephen Moshier's Cephes
 * library (logf.c, sinf.c; http://www.netlib.org/cephes), which PyTorch's `randn` evaluates with
 * fused multiply-adds on processors with AVX2. Each step is rounded as there, so that every bit is
 * the same.
 */

/**
 * The natural logarithm of a positive normal float, near enough that `randn` agrees in all bits.
 */
export function cephesLog(value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0] as number;
  BITS[0] = (bits & 0x007fffff) | 0x3f000000;
  let x = FLOAT[0] as number;
  let exponent = (bits >>> 23) - 126;
  if (x < ROOT_HALF) {
    exponent -= 1;
    x = round(round(x - 1) + x);
  } else {
    x = round(x - 1);
  }
  const square = round(x * x);
  let y = LOG_TERMS[0] as number;
  for (let i = 1; i < LOG_TERMS.length; i++) y = fused(y, x, LOG_TERMS[i] as number);
  y = fused(round(y * x), square, round(exponent * LOG2_LOW));
  y = round(y - round(square * 0.5));
  return fused(exponent, LOG2_HIGH, round(x + y));
}

/** Sine and cosine of a float of at least 0 and at most a few turns. */
export function cephesSinCos(angle: number): { readonly sin: number; readonly cos: number } {
  const octant = (Math.trunc(round(angle * OCTANTS)) + 1) & ~1;
  let x = angle;
  for (const part of QUARTER_PI) x = fused(octant, part, x);
  const square = round(x * x);
  const even = cosineNear(square);
  const odd = sineNear(x, square);
  const [sin, cos] = (octant & 2) === 0 ? [odd, even] : [even, odd];
  return {
    sin: (octant & 4) === 0 ? sin : -sin,
    cos: ((octant - 2) & 4) === 0 ? -cos : cos,
  };
}

function cosineNear(square: number): number {
  let y = COS_TERMS[0] as number;
  y = fused(y, square, COS_TERMS[1] as number);
  y = fused(y, square, COS_TERMS[2] as number);
  return round(fused(round(y * square), square, -round(square * 0.5)) + 1);
}

function sineNear(x: number, square: number): number {
  let y = SIN_TERMS[0] as number;
  y = fused(y, square, SIN_TERMS[1] as number);
  y = fused(y, square, SIN_TERMS[2] as number);
  return fused(round(y * square), x, x);
}

/** `a * b + c` rounded once: the product of two floats is exact in a double. */
function fused(a: number, b: number, c: number): number {
  return round(a * b + c);
}

const round = Math.fround;
const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

const ROOT_HALF = round(Math.SQRT1_2);
const OCTANTS = round(4 / Math.PI);
// The logarithm of 2 in two parts, and -pi/4 in three: the upper ones have few bits.
const LOG2_HIGH = round(0.693359375);
const LOG2_LOW = round(-2.1219444e-4);
const QUARTER_PI = [-0.78515625, -2.4187564849853516e-4, -3.774894977445941e-8].map(round);
const COS_TERMS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(round);
const SIN_TERMS = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(round);
const LOG_TERMS = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(round);
