import { exactFromBytes, exactToBytes } from "./exact-bytes.ts";
import { type Exact, nearestDouble } from "./nearest-double.ts";

/**
 * A sum of doubles, of their squares and of their products without any error: whatever the order
 * and however the values are split and merged, the same values give the same sum. It is rounded
 * once, by `value`. A sum of zero is 0, never -0.
 *
 * The sum is held as in the small superaccumulator of R. M. Neal, "Fast exact summation using small
 * and large superaccumulators" (2015): a row of limbs that covers every product of two doubles. The
 * limbs are 32 bits apart and held as doubles, so that carries can wait.
 */
export class ExactSum {
  /** A part of the sum that is a whole number, less than 2^53 in size. */
  #whole = 0;
  /** The rest of the sum: limb i counts in units of 2^(32 i + BASE). Made when first needed. */
  #limbs: Float64Array | undefined;
  /** How many numbers were added to the limbs since the last carry. */
  #pending = 0;
  /** The sum of what is not finite: 0, an infinity or NaN. */
  #special = 0;

  /** Adds a number. */
  add(x: number): void {
    const next = this.#whole + x;
    if (next < WHOLE && next > -WHOLE && Math.floor(x) === x) this.#whole = next;
    else this.#addAny(x);
  }

  /** Adds the square of a number, without rounding it. */
  addSquare(x: number): void {
    const next = this.#whole + x * x;
    if (next < WHOLE && x * x < WHOLE && Math.floor(x) === x) this.#whole = next;
    else this.#addProduct(x, x);
  }

  /** Adds the product of two numbers, without rounding it. */
  addProduct(x: number, y: number): void {
    const product = x * y;
    const next = this.#whole + product;
    const isSmall = next < WHOLE && next > -WHOLE && product < WHOLE && product > -WHOLE;
    if (isSmall && Math.floor(x) === x && Math.floor(y) === y) this.#whole = next;
    else this.#addProduct(x, y);
  }

  /** Adds another sum, which stays as it is. */
  merge(other: ExactSum): void {
    if (other.#limbs !== undefined) this.#mergeLimbs(other, other.#limbs);
    this.#special += other.#special;
    this.add(other.#whole);
  }

  /** The sum as a double, rounded once to the nearest, ties to even. */
  value(): number {
    if (this.#limbs === undefined && this.#special === 0) return this.#whole + 0;
    const exact = this.exact();
    return typeof exact === "number" ? exact : nearestDouble(exact);
  }

  /** The sum itself; a double if it is not finite. */
  exact(): Exact | number {
    if (this.#special !== 0) return this.#special;
    if (this.#limbs === undefined) return { integer: BigInt(this.#whole), exponent: 0 };
    this.#addPart(this.#takeWhole(), 0);
    this.#carry();
    const first = this.#limbs.findIndex((limb) => limb !== 0);
    if (first === -1) return { integer: 0n, exponent: 0 };
    let integer = 0n;
    for (let i = this.#limbs.findLastIndex((limb) => limb !== 0); i >= first; i--) {
      integer = (integer << 32n) + BigInt(this.#limbs[i] as number);
    }
    return { integer, exponent: 32 * first + BASE };
  }

  /** The sum as bytes: two sums are equal if and only if their bytes are. */
  toBytes(): Uint8Array {
    return exactToBytes(this.exact());
  }

  /** The sum that `toBytes` gave as bytes. Throws OBJECT_INVALID for any other bytes. */
  static fromBytes(bytes: Uint8Array): ExactSum {
    const exact = exactFromBytes(bytes);
    const sum = new ExactSum();
    if (typeof exact === "number") sum.#special = exact;
    else sum.#addExact(exact);
    return sum;
  }

  /** Adds a number that is not whole, or that makes the whole part too large. */
  #addAny(x: number): void {
    if (Math.abs(x) <= Number.MAX_VALUE) this.#addPart(x, 0);
    else this.#special += x;
  }

  #addProduct(x: number, y: number): void {
    const product = Math.abs(x * y);
    if (product >= SMALLEST && product <= LARGEST && isMiddle(x) && isMiddle(y)) {
      this.#addSplit(x, y, 0);
    } else if (Math.abs(x) <= Number.MAX_VALUE && Math.abs(y) <= Number.MAX_VALUE) {
      const a = awayFromOne(x);
      const b = awayFromOne(y);
      this.#addSplit(scaled(x, a), scaled(y, b), a + b);
    } else {
      this.#special += x * y;
    }
  }

  /**
   * Adds x y 2^exponent, where neither the product nor what rounding takes from it is out of range
   * of a double: the rounded product, then its error (Dekker 1971, with Veltkamp's splitting).
   */
  #addSplit(x: number, y: number, exponent: number): void {
    const product = x * y;
    const xHigh = upperHalf(x);
    const xLow = x - xHigh;
    const yHigh = upperHalf(y);
    const yLow = y - yHigh;
    const error = xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
    this.#addPart(product, exponent);
    this.#addPart(error, exponent);
  }

  /** Adds x 2^exponent, for a finite x. */
  #addPart(x: number, exponent: number): void {
    if (x === 0) return;
    if (this.#pending >= MOST_PENDING) this.#carry();
    this.#pending++;
    this.#limbs ??= new Float64Array(LIMBS);
    const limbs = this.#limbs;
    NUMBER[0] = x;
    const low = WORDS[LOW_WORD] as number;
    const top = WORDS[1 - LOW_WORD] as number;
    const biased = (top >>> 20) & 0x7ff;
    // A subnormal number has no hidden bit.
    const high = biased === 0 ? top & 0xfffff : (top & 0xfffff) | 0x100000;
    const place = Math.max(biased, 1) - 1075 + exponent - BASE;
    const shift = place & 31;
    const at = place >>> 5;
    // 53 bits, shifted by up to 31, lie in three limbs. A shift by 32 would shift by 0.
    const first = (low << shift) >>> 0;
    const second = ((high << shift) | ((low >>> 1) >>> (31 - shift))) >>> 0;
    const third = (high >>> 1) >>> (31 - shift);
    if (x > 0) {
      limbs[at] = (limbs[at] as number) + first;
      limbs[at + 1] = (limbs[at + 1] as number) + second;
      limbs[at + 2] = (limbs[at + 2] as number) + third;
    } else {
      limbs[at] = (limbs[at] as number) - first;
      limbs[at + 1] = (limbs[at + 1] as number) - second;
      limbs[at + 2] = (limbs[at + 2] as number) - third;
    }
  }

  #mergeLimbs(other: ExactSum, added: Float64Array): void {
    if (other.#pending + this.#pending >= MOST_PENDING) {
      other.#carry();
      this.#carry();
    }
    this.#limbs ??= new Float64Array(LIMBS);
    const limbs = this.#limbs;
    for (let i = 0; i < LIMBS; i++) limbs[i] = (limbs[i] as number) + (added[i] as number);
    this.#pending += other.#pending;
  }

  #addExact({ integer, exponent }: Exact): void {
    if (exponent >= 0 && exponent < 53) {
      const whole = integer << BigInt(exponent);
      if (whole < BigInt(WHOLE) && whole > -BigInt(WHOLE)) {
        this.#whole = Number(whole);
        return;
      }
    }
    const sign = integer < 0n ? -1 : 1;
    const place = exponent - BASE;
    let rest = (integer < 0n ? -integer : integer) << BigInt(place & 31);
    this.#limbs = new Float64Array(LIMBS);
    this.#pending = 1;
    for (let at = place >>> 5; rest !== 0n; at++) {
      this.#limbs[at] = sign * Number(rest & 0xffffffffn);
      rest >>= 32n;
    }
  }

  #takeWhole(): number {
    const whole = this.#whole;
    this.#whole = 0;
    return whole;
  }

  /** Leaves less than 2^32 in each limb, and moves the rest to the next. */
  #carry(): void {
    const limbs = this.#limbs;
    if (limbs === undefined) return;
    for (let i = 0; i < LIMBS - 1; i++) {
      const limb = limbs[i] as number;
      const carry = Math.trunc(limb / 2 ** 32);
      if (carry === 0) continue;
      limbs[i] = limb - carry * 2 ** 32;
      limbs[i + 1] = (limbs[i + 1] as number) + carry;
    }
    this.#pending = 1;
  }
}

/** Whole numbers below it are added as doubles without error. */
const WHOLE = 2 ** 53;

/** The exponent of the first limb: less than that of the last bit of any product's rounding error. */
const BASE = -2240;

/** Enough for 2^64 products of the largest doubles. */
const LIMBS = 140;

/** Each number adds less than 2^32 to a limb, which stays exact below 2^53. */
const MOST_PENDING = 2 ** 20;

/** Between these, neither a product nor its error leaves the range of doubles. */
const SMALLEST = 2 ** -900;
const LARGEST = 2 ** 1000;

function isMiddle(x: number): boolean {
  const size = Math.abs(x);
  return size <= 2 ** 900 && size >= 2 ** -900;
}

/** The exponent of a power of two by which a number is divided if it is very large or very small. */
function awayFromOne(x: number): number {
  const size = Math.abs(x);
  if (size > 2 ** 300) return 700;
  return size < 2 ** -300 ? -700 : 0;
}

function scaled(x: number, away: number): number {
  if (away === 0) return x;
  return away > 0 ? x * 2 ** -700 : x * 2 ** 700;
}

/** The upper 26 bits of a number. */
function upperHalf(x: number): number {
  const big = 134217729 * x;
  return big - (big - x);
}

/** Shows the bits of a number: the same memory as a double and as two words. */
const NUMBER = new Float64Array(1);
const WORDS = new Uint32Array(NUMBER.buffer);
const LOW_WORD = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;
