import { covarianceOf, meanOf, varianceOf } from "../../base/exact-moments.ts";
import { ExactSum } from "../../base/exact-sum.ts";

/** The moments of numbers, in a form that survives a structured clone. */
export interface MomentsData {
  readonly width: number;
  readonly count: number;
  /** For each number, the bytes of its sum and of that of its squares, and its extremes. */
  readonly sums: readonly Uint8Array[];
  readonly squares: readonly Uint8Array[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** For each pair, the bytes of the sum of products, in the order of `pairs`. */
  readonly products: readonly Uint8Array[];
}

/**
 * Count, sums, sums of squares and of products, and extremes of several numbers. All of them are
 * exact, so they are the same however the values are split and merged. The extremes ignore NaN.
 */
export class Moments {
  readonly width: number;
  #count = 0;
  readonly #sums: readonly ExactSum[];
  readonly #squares: readonly ExactSum[];
  readonly #products: readonly ExactSum[];
  readonly #min: number[];
  readonly #max: number[];

  constructor(width: number) {
    this.width = width;
    this.#sums = newSums(width);
    this.#squares = newSums(width);
    this.#products = newSums((width * (width - 1)) / 2);
    this.#min = new Array(width).fill(Number.POSITIVE_INFINITY);
    this.#max = new Array(width).fill(Number.NEGATIVE_INFINITY);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds one value of each number; there are `width` of them. */
  add(values: readonly number[]): void {
    this.#count++;
    let pair = 0;
    for (let i = 0; i < this.width; i++) {
      const x = values[i] as number;
      this.addOne(i, x);
      for (let j = 0; j < i; j++) this.#products[pair++]?.addProduct(x, values[j] as number);
    }
  }

  /** The same where there is one number. */
  addSingle(x: number): void {
    this.#count++;
    this.addOne(0, x);
  }

  addOne(i: number, x: number): void {
    (this.#sums[i] as ExactSum).add(x);
    (this.#squares[i] as ExactSum).addSquare(x);
    if (x < (this.#min[i] as number)) this.#min[i] = x;
    if (x > (this.#max[i] as number)) this.#max[i] = x;
  }

  /** Adds the moments of values that came after these. */
  merge(data: MomentsData): void {
    this.#count += data.count;
    mergeSums(this.#sums, data.sums);
    mergeSums(this.#squares, data.squares);
    mergeSums(this.#products, data.products);
    for (let i = 0; i < this.width; i++) {
      const [min, max] = [data.min[i] as number, data.max[i] as number];
      if (min < (this.#min[i] as number)) this.#min[i] = min;
      if (max > (this.#max[i] as number)) this.#max[i] = max;
    }
  }

  data(): MomentsData {
    return {
      ...{ width: this.width, count: this.#count, min: this.#min, max: this.#max },
      sums: bytesOf(this.#sums),
      squares: bytesOf(this.#squares),
      products: bytesOf(this.#products),
    };
  }

  mean(i: number): number {
    return meanOf(this.#count, this.#sums[i] as ExactSum);
  }

  variance(i: number): number {
    return varianceOf(this.#count, this.#sums[i] as ExactSum, this.#squares[i] as ExactSum);
  }

  covariance(i: number, j: number): number {
    if (i === j) return this.variance(i);
    const [high, low] = [Math.max(i, j), Math.min(i, j)];
    const products = this.#products[(high * (high - 1)) / 2 + low] as ExactSum;
    return covarianceOf(
      this.#count,
      this.#sums[low] as ExactSum,
      this.#sums[high] as ExactSum,
      products,
    );
  }

  /** The extremes; NaN if one of the values was. */
  min(i: number): number {
    return this.#hasNaN(i) ? Number.NaN : (this.#min[i] as number);
  }

  max(i: number): number {
    return this.#hasNaN(i) ? Number.NaN : (this.#max[i] as number);
  }

  #hasNaN(i: number): boolean {
    // Squares of infinities have one sign, so only a NaN makes their sum NaN.
    return Number.isNaN((this.#squares[i] as ExactSum).value());
  }
}

function newSums(count: number): ExactSum[] {
  return Array.from({ length: count }, () => new ExactSum());
}

function mergeSums(sums: readonly ExactSum[], data: readonly Uint8Array[]): void {
  for (const [i, sum] of sums.entries()) sum.merge(ExactSum.fromBytes(data[i] as Uint8Array));
}

function bytesOf(sums: readonly ExactSum[]): Uint8Array[] {
  return sums.map((sum) => sum.toBytes());
}
