import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExactSum } from "../../src/base/exact-sum.ts";
import { type Dyadic, dyadic, isNearest, plus, times } from "../support/exact-rationals.ts";
import { runs } from "../support/runs.ts";

/** Every kind of finite number: whole, usual, huge, subnormal, and powers of two beside them. */
const finite: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc
    .tuple(fc.integer({ min: -1074, max: 1023 }), fc.constantFrom(1, -1, 1.5, -1.25))
    .map(([power, by]) => by * 2 ** power),
  fc.constantFrom(
    0,
    -0,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    2 ** 53,
    -(2 ** 53),
  ),
  fc.constantFrom(94_906_265, 94_906_266, -94_906_267, 2 ** 26, 2 ** 52 + 0.5, 0.1, 1e16),
);

/** What may be added: a number, a square or a product. */
const terms = fc.array(
  fc.oneof(
    finite.map((x) => [x] as const),
    finite.map((x) => [x, x] as const),
    fc.tuple(finite, finite),
  ),
  { maxLength: 40 },
);
type Terms = readonly (readonly [number, number?])[];

function sumOf(terms: Terms): ExactSum {
  const sum = new ExactSum();
  for (const [x, y] of terms) {
    if (y === undefined) sum.add(x);
    else if (Object.is(x, y)) sum.addSquare(x);
    else sum.addProduct(x, y);
  }
  return sum;
}

function exactSumOf(terms: Terms): Dyadic {
  let total: Dyadic = { top: 0n, bits: 0 };
  for (const [x, y] of terms) {
    total = plus(total, y === undefined ? dyadic(x) : times(dyadic(x), dyadic(y)));
  }
  return total;
}

describe("ExactSum", () => {
  test("is the sum of the terms, rounded once", () => {
    fc.assert(
      fc.property(terms, (terms) => isNearest(sumOf(terms).value(), exactSumOf(terms))),
      { numRuns: runs(2_000) },
    );
  });

  test("is exact, whatever it is rounded to", () => {
    fc.assert(
      fc.property(terms, (terms) => {
        const exact = sumOf(terms).exact();
        if (typeof exact === "number") return false;
        const { top, bits } = exactSumOf(terms);
        return exact.integer << BigInt(exact.exponent + 5000) === top << BigInt(5000 - bits);
      }),
      { numRuns: runs(2_000) },
    );
  });

  test("is the same for any order and any cut, to the byte", () => {
    fc.assert(
      fc.property(
        terms.chain((terms) =>
          fc.tuple(
            fc.constant(terms),
            fc.shuffledSubarray(terms, { minLength: terms.length }),
            fc.array(fc.nat(terms.length), { maxLength: 5 }),
          ),
        ),
        ([terms, shuffled, cuts]) => {
          const ends = [...cuts.sort((a, b) => a - b), shuffled.length];
          const whole = new ExactSum();
          let from = 0;
          for (const to of ends) {
            const part = sumOf(shuffled.slice(from, to));
            whole.merge(from % 2 === 0 ? part : ExactSum.fromBytes(part.toBytes()));
            from = to;
          }
          expect(whole.toBytes()).toEqual(sumOf(terms).toBytes());
          expect(whole.value()).toBe(sumOf(terms).value());
        },
      ),
      { numRuns: runs(1_000) },
    );
  });

  test("its bytes give it back, and equal bytes mean equal sums", () => {
    fc.assert(
      fc.property(terms, terms, (a, b) => {
        const bytes = sumOf(a).toBytes();
        expect(ExactSum.fromBytes(bytes).toBytes()).toEqual(bytes);
        const same = Buffer.compare(bytes, sumOf(b).toBytes()) === 0;
        const difference = plus(exactSumOf(a), times(exactSumOf(b), dyadic(-1)));
        expect(same).toBe(difference.top === 0n);
      }),
      { numRuns: runs(1_000) },
    );
  });

  test("overflow in between is not lost", () => {
    const sum = new ExactSum();
    for (let i = 0; i < 10; i++) sum.add(Number.MAX_VALUE);
    expect(sum.value()).toBe(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 9; i++) sum.add(-Number.MAX_VALUE);
    expect(sum.value()).toBe(Number.MAX_VALUE);
    const squares = new ExactSum();
    squares.addSquare(Number.MAX_VALUE);
    squares.addSquare(Number.MIN_VALUE);
    squares.addProduct(-Number.MAX_VALUE, Number.MAX_VALUE);
    expect(squares.exact()).toEqual({ integer: 2n ** 28n, exponent: -2176 - 0 });
  });

  test("ties go to the even neighbour, and a last bit far below decides", () => {
    const at = (...values: number[]): number => sumOf(values.map((x) => [x] as const)).value();
    expect(at(2 ** 53, 1)).toBe(2 ** 53);
    expect(at(2 ** 53 + 2, 1)).toBe(2 ** 53 + 4);
    expect(at(2 ** 53, 1, Number.MIN_VALUE)).toBe(2 ** 53 + 2);
    expect(at(1, 2 ** -53)).toBe(1);
    expect(at(1, 2 ** -53, Number.MIN_VALUE)).toBe(1 + 2 ** -52);
    expect(at(-1, -(2 ** -53), -Number.MIN_VALUE)).toBe(-1 - 2 ** -52);
    expect(at(Number.MAX_VALUE, 2 ** 970)).toBe(Number.POSITIVE_INFINITY);
    expect(at(Number.MAX_VALUE, 2 ** 970, -Number.MIN_VALUE)).toBe(Number.MAX_VALUE);
  });

  test.each([
    [[Number.NaN, 1], Number.NaN],
    [[Number.POSITIVE_INFINITY, 1, Number.MAX_VALUE], Number.POSITIVE_INFINITY],
    [[1, Number.NEGATIVE_INFINITY], Number.NEGATIVE_INFINITY],
    [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], Number.NaN],
    [[-0], 0],
    [[-0, -0], 0],
    [[], 0],
    [[0.1, -0.1], 0],
  ])("the sum of %j is %d", (values, expected) => {
    const sum = sumOf(values.map((x) => [x] as const));
    expect(sum.value()).toBe(expected);
    expect(ExactSum.fromBytes(sum.toBytes()).value()).toBe(expected);
    const merged = new ExactSum();
    merged.merge(sum);
    expect(merged.toBytes()).toEqual(sum.toBytes());
  });

  test("squares and products of what is not finite are those of doubles", () => {
    const sum = new ExactSum();
    sum.addSquare(Number.NEGATIVE_INFINITY);
    expect(sum.value()).toBe(Number.POSITIVE_INFINITY);
    sum.addProduct(Number.POSITIVE_INFINITY, -1);
    expect(sum.value()).toBeNaN();
    const zero = new ExactSum();
    zero.addProduct(0, Number.POSITIVE_INFINITY);
    expect(zero.value()).toBeNaN();
  });

  test("many numbers between two carries", () => {
    const sum = new ExactSum();
    const count = 2_200_000;
    for (let i = 0; i < count; i++) sum.add(1 - 2 ** -53);
    expect(sum.exact()).toEqual({
      integer: BigInt(count) * (2n ** 53n - 1n) * 2n ** 11n,
      exponent: -64,
    });
    const doubled = new ExactSum();
    for (let i = 0; i < 30; i++) doubled.merge(i === 0 ? sum : doubled);
    expect(doubled.value()).toBe(Number(BigInt(count) * (2n ** 53n - 1n)) * 2 ** (29 - 53));
  });

  test.each([
    ["nothing", []],
    ["an unknown kind", [6]],
    ["zero with more", [0, 0]],
    ["an infinity with more", [3, 0, 0, 1]],
    ["no number", [1, 8, 100]],
    ["an even number", [1, 8, 100, 2]],
    ["a first byte of 0", [1, 8, 100, 0, 1]],
    ["too large an exponent", [2, 255, 255, 1]],
    ["too many bytes", [1, 0, 0, ...new Array(540).fill(1)]],
  ])("refuses bytes that no sum has: %s", (_, bytes) => {
    expect(() => ExactSum.fromBytes(Uint8Array.from(bytes))).toThrow(/not a valid sum: expected/);
  });

  test("whatever bytes it takes, it gives back", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc
        .tuple(fc.nat(3), fc.nat(18), fc.nat(255), fc.uint8Array({ maxLength: 20 }))
        .map((parts) =>
          Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...part]))),
        ),
    );
    fc.assert(
      fc.property(bytes, (bytes) => {
        let sum: ExactSum;
        try {
          sum = ExactSum.fromBytes(bytes);
        } catch {
          return;
        }
        expect(sum.toBytes()).toEqual(bytes);
      }),
      { numRuns: runs(3_000) },
    );
  });
});
