import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  type NumpyChoiceOptions,
  type NumpyGenerator,
  numpy,
} from "../../../src/random/numpy/index.ts";
import type { IntegerType } from "../../../src/random/numpy/integers.ts";
import { type NumpySeed, SeedSequence } from "../../../src/random/numpy/seed-sequence.ts";
import {
  EXPONENTIAL_ZIGGURAT,
  NORMAL_ZIGGURAT,
} from "../../../src/random/numpy/ziggurat-tables.ts";
import { readVectors } from "../../support/vectors.ts";
import { fromHex } from "../hex.ts";

// biome-ignore lint/suspicious/noExplicitAny: each case of the file has its own fields, read below.
type Case = Record<string, any>;

const first = readVectors<{ cases: Case[] }>("numpy");
const second = readVectors<Case>("numpy-2");
const ziggurat = readVectors<{ tables: Record<string, string[]> }>("numpy-ziggurat");

describe.each(first.cases)("numpy 1.24, seed $seed", (vector) => {
  const fresh = (): NumpyGenerator => numpy(BigInt(vector.seed));
  const state = (rng: NumpyGenerator): object => {
    const { state, has32, spare32 } = rng.bitGenerator;
    return { state: String(state), has_uint32: has32, uinteger: spare32 };
  };

  test("the seed sequence, and the state that it gives", () => {
    const words = SeedSequence.of(BigInt(vector.seed)).generateState(8);
    expect([...words]).toEqual(vector.seedsequence_u32x8);
    const { state, increment } = fresh().bitGenerator;
    expect({ state: String(state), inc: String(increment) }).toEqual(vector.state0);
  });

  test("raw outputs, advance, jumped and spawn", () => {
    expect([...fresh().randomRaw(4)].map(String)).toEqual(vector.random_raw);
    expect(
      String(
        fresh()
          .advance(10n ** 12n)
          .randomRaw(),
      ),
    ).toBe(vector.advance_1e12_raw);
    expect(String(fresh().jumped().randomRaw())).toBe(vector.jumped_raw);
    expect(
      fresh()
        .spawn(2)
        .map((child) => child.random()),
    ).toEqual(vector.spawn2_random.map(fromHex));
  });

  test("every method in turn, on one generator", () => {
    const rng = fresh();
    expect([...rng.random(8)]).toEqual(vector.random.map(fromHex));
    for (const [low, high, drawn] of vector.integers) {
      expect(String(rng.integers(BigInt(low), BigInt(high)))).toBe(drawn);
    }
    expect([...rng.integers(0, 100, { size: 10 })]).toEqual(vector.integers_vec_0_100_x10);
    expect([...rng.integers(0, 200, { size: 7, dtype: "uint8" })]).toEqual(vector.integers_u8_x7);
    expect([...rng.uniform(-3, 5, 4)]).toEqual(vector.uniform.map(fromHex));
    expect([...rng.standardNormal(12)]).toEqual(vector.standard_normal.map(fromHex));
    expect([...rng.normal(2, 3, 4)]).toEqual(vector.normal.map(fromHex));
    expect([...rng.standardExponential(8)]).toEqual(vector.standard_exponential.map(fromHex));
    expect([...rng.exponential(2.5, 4)]).toEqual(vector.exponential.map(fromHex));
    expect(rng.shuffle(Array.from({ length: 20 }, (_, i) => i))).toEqual(vector.shuffle20);
    expect([...rng.permutation(15)]).toEqual(vector.permutation15);
    expect([...rng.choice(50, { size: 10 })]).toEqual(vector.choice_replace);
    expect([...rng.choice(50, { size: 10, replace: false })]).toEqual(vector.choice_noreplace);
    expect([...rng.choice(4, { size: 10, p: [0.1, 0.2, 0.3, 0.4] })]).toEqual(vector.choice_p);
    for (const [mean, drawn] of vector.poisson) expect(rng.poisson(mean)).toBe(drawn);
    for (const [n, p, drawn] of vector.binomial) expect(rng.binomial(n, p)).toBe(drawn);
    expect([0.5, 1, 3.5].map((shape) => rng.standardGamma(shape))).toEqual(
      vector.standard_gamma.map(fromHex),
    );
    expect(state(rng)).toEqual(vector.end);
  });

  test("100,000 doubles and normal deviates", () => {
    expect(digest(fresh().random(100_000))).toBe(vector.random_100k_sha256);
    expect(digest(fresh().standardNormal(100_000))).toBe(vector.standard_normal_100k_sha256);
  });
});

describe("numpy 2.4", () => {
  test.each<Case>(second.seeds)("seed $seed", ({ seed, random }) => {
    const given: NumpySeed = Array.isArray(seed) ? seed.map(BigInt) : BigInt(seed);
    expect([...numpy(given).random(3)]).toEqual(random.map(fromHex));
  });

  test("children and their children", () => {
    const { seed, children, grandchildren, fourth } = second.spawn;
    const parent = numpy(seed);
    const three = parent.spawn(3);
    const randoms = (list: readonly NumpyGenerator[]): number[] => list.map((rng) => rng.random());
    // A child can be drawn from before it spawns: its children depend only on its seed.
    expect(randoms(three)).toEqual(children.map(fromHex));
    expect(randoms((three[1] as NumpyGenerator).spawn(2))).toEqual(grandchildren.map(fromHex));
    expect(randoms(parent.spawn(1))).toEqual([fromHex(fourth)]);
  });

  test.each<Case>(second.integers)("$dtype $low..$high, endpoint $endpoint", (vector) => {
    const { low, high, endpoint } = vector;
    const dtype: IntegerType = vector.dtype;
    const rng = numpy(7);
    const take = (size: number): string[] =>
      Array.from(rng.integers(BigInt(low), BigInt(high), { size, dtype, endpoint }), String);
    expect(take(9)).toEqual(vector.first9);
    expect(take(3)).toEqual(vector.next3);
    const { state, has32, spare32 } = rng.bitGenerator;
    expect([String(state), has32]).toEqual([vector.state, vector.has_uint32]);
    if (has32 === 1) expect(spare32).toBe(vector.uinteger);
  });

  test("choice in every way, on one generator", () => {
    const { choice: expected } = second;
    const rng = numpy(7);
    const without = { replace: false };
    const list = (n: number, options: NumpyChoiceOptions & { size: number }): number[] => [
      ...rng.choice(n, options),
    ];
    expect(list(10, { size: 3 })).toEqual(expected.pool10_replace3);
    expect(rng.choice(10)).toBe(expected.scalar);
    expect(rng.choice(3, { p: [0.2, 0.3, 0.5] })).toBe(expected.scalar_p);
    expect(list(1000, { size: 30, ...without })).toEqual(expected.floyd_1000_30);
    expect(list(1000, { size: 30, ...without, shuffle: false })).toEqual(expected.floyd_unshuffled);
    expect(list(20_000, { size: 500, ...without })).toEqual(expected.tail_20000_500);
    const tail = list(20_000, { size: 1100, ...without, shuffle: false });
    expect(sha256(`[${tail.join(", ")}]`)).toBe(expected.tail_unshuffled_20000_1100);
    expect(list(12, { size: 12, ...without })).toEqual(expected.all_12);
    const p = [0.5, 0.2, 0.1, 0.1, 0.05, 0.05];
    expect(list(6, { size: 4, ...without, p })).toEqual(expected.p_noreplace);
    const gaps = [0.5, 0, 0.25, 0, 0, 0.25];
    expect(list(6, { size: 3, ...without, p: gaps })).toEqual(expected.p_with_zeros);
    expect(String(rng.bitGenerator.state)).toBe(expected.end);
  });

  test.each(second.advance as [string, string][])("advance by %s", (outputs, raw) => {
    const rng = numpy(7);
    rng.random(10);
    rng.integers(0, 9);
    expect(String(rng.advance(BigInt(outputs)).randomRaw())).toBe(raw);
  });

  test("three jumps", () => {
    expect(String(numpy(7).jumped(3).randomRaw())).toBe(second.jumped3);
  });

  const methods: Readonly<Record<string, (rng: NumpyGenerator, size: number) => Float64Array>> = {
    random: (rng, size) => rng.random(size),
    "uniform(-3,5)": (rng, size) => rng.uniform(-3, 5, size),
    standardNormal: (rng, size) => rng.standardNormal(size),
    "normal(2,3)": (rng, size) => rng.normal(2, 3, size),
    standardExponential: (rng, size) => rng.standardExponential(size),
    "exponential(2.5)": (rng, size) => rng.exponential(2.5, size),
    "standardGamma(3.5)": (rng, size) => rng.standardGamma(3.5, size),
    "gamma(2,0.5)": (rng, size) => rng.gamma(2, 0.5, size),
    "beta(2,3)": (rng, size) => rng.beta(2, 3, size),
    "poisson(3)": (rng, size) => rng.poisson(3, size),
    "poisson(50)": (rng, size) => rng.poisson(50, size),
    "poisson(1e6)": (rng, size) => rng.poisson(1e6, size),
    "binomial(10,0.5)": (rng, size) => rng.binomial(10, 0.5, size),
    "binomial(1000,0.4)": (rng, size) => rng.binomial(1000, 0.4, size),
    "binomial(500,0.9)": (rng, size) => rng.binomial(500, 0.9, size),
    "binomial(20,1)": (rng, size) => rng.binomial(20, 1, size),
    "integers(0,1000)": (rng, size) => rng.integers(0, 1000, { size }) as Float64Array,
  };
  test.each(Object.entries(second.sha256_100k))("100,000 draws of %s", (name, expected) => {
    expect(digest(methods[name]?.(numpy(7), 100_000) as Float64Array)).toBe(expected);
  });

  test("deviates that use powers are equal except for the last bits", () => {
    const { last_bit: expected } = second;
    const close = (drawn: Float64Array, hexes: string[]): void => {
      expect(drawn.length).toBe(hexes.length);
      for (const [i, x] of drawn.entries()) {
        const error = Math.abs(x / fromHex(hexes[i] as string) - 1);
        expect(error).toBeLessThan(2 ** -50);
      }
    };
    close(numpy(7).standardGamma(0.5, 200), expected["standardGamma(0.5)"]);
    close(numpy(7).beta(0.5, 0.7, 200), expected["beta(0.5,0.7)"]);
  });
});

test("the tables of the ziggurats are numpy's", () => {
  const { ki, wi, fi, ke, we, fe } = ziggurat.tables as Record<string, string[]>;
  const number = (text: string): number => (text.includes("x") ? fromHex(text) : Number(text));
  for (const [table, { inside, width, density }] of [
    [[ki, wi, fi], NORMAL_ZIGGURAT],
    [[ke, we, fe], EXPONENTIAL_ZIGGURAT],
  ] as const) {
    expect([inside, width, density].map((each) => [...each])).toEqual(
      table.map((texts) => (texts as string[]).map(number)),
    );
    for (const text of table[0] as string[]) expect(BigInt(Number(text))).toBe(BigInt(text));
  }
});

function digest(values: Float64Array): string {
  return sha256(new Uint8Array(values.buffer));
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
