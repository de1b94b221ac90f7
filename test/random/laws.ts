import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { isRewindError } from "../../src/base/errors.ts";
import type { GeneratorAlgorithm, RandomGenerator } from "../../src/random/generator.ts";
import { countBins, expectUniform } from "./chi-square.ts";

/** The laws that every generator keeps, whatever its algorithm. All seeds are fixed. */
export function testGenerator(algorithm: GeneratorAlgorithm): void {
  describe(`the laws of a generator: ${algorithm.name}`, () => {
    const seeded = (byte: number): RandomGenerator => algorithm.fromSeed(seedOf(byte));

    describe("seed and state", () => {
      test("one seed gives one stream, another seed another", () => {
        expect(take(seeded(1), 100)).toEqual(take(seeded(1), 100));
        expect(take(seeded(1), 4)).not.toEqual(take(seeded(2), 4));
      });

      test("a seed and its generator do not share memory", () => {
        const seed = seedOf(1);
        const rng = algorithm.fromSeed(seed);
        seed.fill(99);
        expect(take(rng, 10)).toEqual(take(seeded(1), 10));
      });

      test("a seed that is a view into a larger buffer is read at its own offset", () => {
        const buffer = new Uint8Array(40).fill(99);
        buffer.set(seedOf(1), 3);
        expect(take(algorithm.fromSeed(buffer.subarray(3, 35)), 10)).toEqual(take(seeded(1), 10));
        const state = seeded(1).state();
        const stored = new Uint8Array(state.length + 8);
        stored.set(state, 5);
        const view = stored.subarray(5, 5 + state.length);
        expect(take(algorithm.fromState(view), 10)).toEqual(take(seeded(1), 10));
      });

      test("a seed of zeros, or of ones, works", () => {
        for (const byte of [0, 255]) {
          const rng = algorithm.fromSeed(new Uint8Array(32).fill(byte));
          expect(new Set(take(rng, 100)).size).toBe(100);
          expect(algorithm.fromState(rng.state()).random()).toBe(rng.random());
        }
      });

      test.each([0, 16, 31, 33])("a seed of %i bytes is refused", (length) => {
        expectInvalid(() => algorithm.fromSeed(new Uint8Array(length).fill(1)));
      });

      for (const [method, draw] of Object.entries(METHODS)) {
        test(`a restored state continues ${method} exactly, from any moment`, () => {
          const rng = seeded(3);
          for (let moment = 0; moment < 200; moment++) {
            const twin = algorithm.fromState(rng.state());
            expectSameState(twin, rng);
            for (let i = 0; i < 5; i++) expect(draw(twin)).toEqual(draw(rng));
            expectSameState(twin, rng);
            for (const other of Object.values(METHODS).slice(0, moment % 9)) other(rng);
          }
        });
      }

      test("reading the state draws nothing, and changing its bytes changes nothing", () => {
        const rng = seeded(4);
        const before = rng.state();
        rng.state().fill(0);
        expect(rng.state()).toEqual(before);
        const restored = algorithm.fromState(before);
        before.fill(0);
        expect(restored.state()).toEqual(rng.state());
      });

      test("a state of another length is refused and harms no generator", () => {
        const rng = seeded(5);
        const state = rng.state();
        const longer = new Uint8Array(state.length + 1);
        longer.set(state);
        for (const bytes of [new Uint8Array(0), state.subarray(1), longer]) {
          expectInvalid(() => algorithm.fromState(bytes));
        }
        for (const other of ["state", null, undefined, [...state]]) {
          expectInvalid(() => algorithm.fromState(other as unknown as Uint8Array));
        }
        expect(rng.state()).toEqual(state);
      });
    });

    describe("random and uint32", () => {
      test("random is a multiple of 2^-53 in [0, 1), with all 53 bits in use", () => {
        const rng = seeded(6);
        const ones = new Array<number>(53).fill(0);
        for (let i = 0; i < 20_000; i++) {
          const scaled = rng.random() * 2 ** 53;
          if (!(Number.isInteger(scaled) && scaled >= 0 && scaled < 2 ** 53))
            expect.fail(`${scaled}`);
          const bits = BigInt(scaled);
          for (let bit = 0; bit < 53; bit++) {
            ones[bit] = (ones[bit] as number) + Number((bits >> BigInt(bit)) & 1n);
          }
        }
        for (const count of ones) expectUniform([count, 20_000 - count]);
      });

      test("uint32 is whole, in 0..2^32 - 1, with all 32 bits in use", () => {
        const rng = seeded(7);
        const ones = new Array<number>(32).fill(0);
        for (let i = 0; i < 20_000; i++) {
          const value = rng.uint32();
          if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) expect.fail(`${value}`);
          for (let bit = 0; bit < 32; bit++) {
            ones[bit] = (ones[bit] as number) + ((value >>> bit) & 1);
          }
        }
        for (const count of ones) expectUniform([count, 20_000 - count]);
      });

      test("random fills 100 bins evenly, and pairs of draws 10 by 10", () => {
        const rng = seeded(8);
        expectUniform(countBins(100, 200_000, () => Math.floor(rng.random() * 100)));
        const digit = (): number => Math.floor(rng.random() * 10);
        expectUniform(countBins(100, 200_000, () => 10 * digit() + digit()));
      });
    });

    describe("integer", () => {
      const ranges = [1, 2, 3, 7, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52 + 1, 2 ** 53];

      test.each(ranges)("stays within a range of %i, whatever its low end", (count) => {
        const rng = seeded(9);
        for (const low of [0, 1 - count, count === 2 ** 53 ? 0 : -5]) {
          for (let i = 0; i < 2_000; i++) {
            const value = rng.integer(low, low + count);
            if (!(Number.isSafeInteger(value) && value >= low && value < low + count)) {
              expect.fail(`${value} for ${low}, ${low + count}`);
            }
          }
        }
      });

      test.each([3, 7, 1000])("is even over %i values", (count) => {
        const rng = seeded(10);
        expectUniform(countBins(count, 400 * count, () => rng.integer(-2, count - 2) + 2));
      });

      const wide = [
        3 * 2 ** 26,
        5 * 2 ** 25,
        7 * 2 ** 29,
        3 * 2 ** 30,
        2 ** 32 - 1,
        2 ** 32,
        2 ** 32 + 2,
        3 * 2 ** 51,
        2 ** 53,
      ];
      test.each(wide)("is even over %i values, by size and by remainder", (count) => {
        const rng = seeded(11);
        for (const bins of [3, 16]) {
          const size = (): number => Math.floor((rng.integer(0, count) / count) * bins);
          expectUniform(countBins(bins, 60_000, size));
          expectUniform(countBins(bins, 60_000, () => rng.integer(0, count) % bins));
        }
      });

      test.each([
        ["low = high", 3, 3],
        ["low > high", 4, 3],
        ["a fractional low", 0.5, 3],
        ["a fractional high", 0, 2.5],
        ["NaN", Number.NaN, 3],
        ["an infinite high", 0, Number.POSITIVE_INFINITY],
        ["a high beyond 2^53", 2, 2 ** 53 + 2],
        ["a low beyond 2^53", -(2 ** 53) - 2, 0],
        ["a range of 2^53 + 1", -1, 2 ** 53],
        ["a range of 2^54 - 2", -(2 ** 53) + 1, 2 ** 53 - 1],
        ["no high", 5, undefined],
        ["a text", "0", 5],
        ["a bigint", 0, 5n],
      ])("refuses %s", (_, low, high) => {
        const rng = seeded(12);
        const before = rng.state();
        expectInvalid(() => rng.integer(low as number, high as number));
        expect(rng.state()).toEqual(before);
      });
    });

    describe("normal and exponential", () => {
      const draws = 200_000;

      test("normal has mean 0, variance 1, skewness 0 and kurtosis 3", () => {
        const rng = seeded(13);
        const values = Array.from({ length: draws }, () => rng.normal());
        const moment = (power: number): number =>
          values.reduce((sum, value) => sum + value ** power, 0) / draws;
        // Each bound is 4 standard errors: Var(z^k) is 1, 2, 15 and 96.
        expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / draws));
        expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / draws));
        expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / draws));
        expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / draws));
      });

      test("normal fills the 10 tenths of the exact distribution evenly", () => {
        const rng = seeded(14);
        const bin = (): number => tenthOf(Math.abs(rng.normal(0, 2) / 2), HALF_NORMAL_TENTHS);
        expectUniform(countBins(10, draws, bin));
        expectUniform(countBins(2, draws, () => (rng.normal() < 0 ? 0 : 1)));
      });

      test("exponential has mean 1 and variance 1", () => {
        const rng = seeded(15);
        const values = Array.from({ length: draws }, () => rng.exponential());
        const mean = values.reduce((sum, value) => sum + value, 0) / draws;
        const square = values.reduce((sum, value) => sum + (value - 1) ** 2, 0) / draws;
        expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
        expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(1 / draws));
        expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(8 / draws));
      });

      test("exponential fills the 10 tenths of the exact distribution evenly", () => {
        const rng = seeded(16);
        const ends = Array.from({ length: 9 }, (_, i) => Math.log(10 / (9 - i)));
        expectUniform(countBins(10, draws, () => tenthOf(rng.exponential(3) / 3, ends)));
      });

      test("mean and standard deviation shift and scale", () => {
        const rng = seeded(17);
        const twin = algorithm.fromState(rng.state());
        for (let i = 0; i < 100; i++) {
          expect(rng.normal(5, 3)).toBeCloseTo(5 + 3 * twin.normal(), 12);
          expect(rng.exponential(7)).toBeCloseTo(7 * twin.exponential(), 12);
        }
        expect(rng.normal(5, 0)).toBe(5);
        expect(rng.exponential(0)).toBe(0);
      });

      test("parameters that are not finite, or negative, are refused and draw nothing", () => {
        const rng = seeded(18);
        const before = rng.state();
        const text = "1" as unknown as number;
        for (const wrong of [
          Number.NaN,
          Number.POSITIVE_INFINITY,
          Number.NEGATIVE_INFINITY,
          text,
        ]) {
          expectInvalid(() => rng.normal(wrong));
          expectInvalid(() => rng.normal(0, wrong));
          expectInvalid(() => rng.exponential(wrong));
        }
        expectInvalid(() => rng.normal(0, -1));
        expectInvalid(() => rng.exponential(-1));
        expect(rng.state()).toEqual(before);
      });
    });

    describe("shuffle and choice", () => {
      test("a shuffle is a permutation, in place", () => {
        const rng = seeded(19);
        for (const length of [0, 1, 2, 3, 50, 1_000]) {
          const items = Array.from({ length }, (_, i) => i);
          expect(rng.shuffle(items)).toBe(items);
          expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
        }
        const typed = new Float64Array([1.5, -0, 2.5]);
        expect(rng.shuffle(typed)).toBe(typed);
        expect([...typed].sort()).toEqual([-0, 1.5, 2.5]);
      });

      test("all 24 orders of 4 items are equally likely", () => {
        const rng = seeded(20);
        const orders = new Map<string, number>();
        const order = (): number => {
          const key = rng.shuffle(["a", "b", "c", "d"]).join("");
          if (!orders.has(key)) orders.set(key, orders.size);
          return orders.get(key) as number;
        };
        expectUniform(countBins(24, 48_000, order));
      });

      test("choice is even over the items of an array, a typed array, a text", () => {
        const rng = seeded(21);
        expectUniform(countBins(7, 14_000, () => rng.choice([0, 1, 2, 3, 4, 5, 6])));
        expectUniform(countBins(3, 6_000, () => rng.choice(new Uint8Array([0, 1, 2]))));
        expectUniform(countBins(3, 6_000, () => Number(rng.choice("012"))));
      });

      test.each([3 * 2 ** 26, 3 * 2 ** 30])("choice is even over %i items", (length) => {
        const rng = seeded(24);
        // Item i is i, without room for all of them.
        const items = new Proxy<ArrayLike<number>>(
          { length },
          { get: (_, key) => (key === "length" ? length : Number(key)) },
        );
        expectUniform(countBins(3, 60_000, () => Math.floor((3 * rng.choice(items)) / length)));
      });

      test("a shuffle of what cannot be changed is refused, and draws nothing", () => {
        const rng = seeded(23);
        const before = rng.state();
        const getters = {
          length: 3,
          0: 1,
          1: 2,
          get 2() {
            return 3;
          },
        };
        const locked = Object.defineProperty({ length: 2, 0: 1 }, 1, { value: 2 });
        for (const items of [
          "abc",
          Object.freeze([1, 2, 3]),
          Object.freeze({ length: 2, 0: 1, 1: 2 }),
          getters,
          locked,
        ]) {
          expectInvalid(() => rng.shuffle(items as unknown as number[]));
        }
        expectInvalid(() => rng.shuffle(((_a: number, _b: number) => 1) as unknown as number[]));
        expect(getters[0]).toBe(1);
        expect(rng.state()).toEqual(before);
        expect(rng.shuffle(Object.seal([1, 2, 3])).toSorted()).toEqual([1, 2, 3]);
        const alike = rng.shuffle({ length: 3, 0: 1, 1: 2, 2: 3 });
        expect([alike[0], alike[1], alike[2]].toSorted()).toEqual([1, 2, 3]);
      });

      test("choice refuses an empty list, and both refuse what has no length", () => {
        const rng = seeded(22);
        const before = rng.state();
        expectInvalid(() => rng.choice([]));
        for (const other of [new Set([1, 2]), null, undefined]) {
          expectInvalid(() => rng.choice(other as unknown as number[]));
          expectInvalid(() => rng.shuffle(other as unknown as number[]));
        }
        // In numpy, choice(3) is one of 0, 1, 2.
        expectInvalid(() => rng.shuffle(3 as unknown as number[]));
        expect(rng.state()).toEqual(before);
      });
    });
  });
}

/** Every way to draw, with arguments that take its rarer paths too. */
const METHODS: Readonly<Record<string, (rng: RandomGenerator) => unknown>> = {
  random: (rng) => rng.random(),
  uint32: (rng) => rng.uint32(),
  integer: (rng) => rng.integer(-3, 3 * 2 ** 30),
  "a wide integer": (rng) => rng.integer(0, 3 * 2 ** 51),
  normal: (rng) => rng.normal(1, 2),
  exponential: (rng) => rng.exponential(2),
  shuffle: (rng) => rng.shuffle([1, 2, 3, 4, 5]),
  choice: (rng) => rng.choice(["a", "b", "c"]),
};

/** The quantiles of |z| at 0.1, 0.2, ... 0.9, that is of z at 0.55, 0.6, ... 0.95. */
const HALF_NORMAL_TENTHS: readonly number[] = [
  0.12566134685507413, 0.2533471031357998, 0.3853204664075676, 0.5244005127080407,
  0.6744897501960817, 0.8416212335729144, 1.0364333894937894, 1.2815515655446008,
  1.6448536269514715,
];

/** How many of `ends`, which ascend, are at most `value`. */
function tenthOf(value: number, ends: readonly number[]): number {
  const at = ends.findIndex((end) => value < end);
  return at === -1 ? ends.length : at;
}

function seedOf(byte: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => (byte * 37 + i * 11 + 1) & 255);
}

function take(rng: RandomGenerator, draws: number): number[] {
  return Array.from({ length: draws }, () => rng.random());
}

/** As text, which is compared much faster than bytes one by one: a state can be 5,056 bytes. */
function expectSameState(a: RandomGenerator, b: RandomGenerator): void {
  expect(toHex(a.state())).toBe(toHex(b.state()));
}

function expectInvalid(call: () => unknown): void {
  expect(call).toThrow(
    expect.toSatisfy(
      (error: unknown) => isRewindError(error, "INVALID_ARGUMENT"),
      "INVALID_ARGUMENT",
    ),
  );
}
